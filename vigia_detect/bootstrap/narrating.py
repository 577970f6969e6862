"""The parts by which a language model tells of decided cases."""

from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.asking import AskingParts
from vigia_detect.bootstrap.keeping import KeepingParts
from vigia_detect.domain.search import Filters

if TYPE_CHECKING:
    from vigia_detect.stages.narratives import NarrativeRunner, Writer


class NarratingParts(AskingParts, KeepingParts):
    """Part of `Vigia`: who writes narratives, and what attaches them."""

    @property
    def narrates(self) -> bool:
        """Whether decisions are told of."""
        return self._writer is not None or bool(self.settings.llm_base_url)

    @cached_property
    def writer(self) -> "Writer":
        """Who writes narratives; without a language model, one that says that there is none."""
        from vigia_detect.stages.narratives import Nobody

        return self._writer or self.narrator or Nobody()

    def warm_up_writer(self) -> None:
        """Import what narratives need, load the passages and make their index; open nothing.

        Making the index takes seconds, which a narrative's deadline must not pay for. On a server
        it is made at the first question instead, as that opens a connection.
        """
        from vigia_detect.adapters.llm.chat import ChatModel
        from vigia_detect.adapters.llm.wire import Wire
        from vigia_detect.stages.narrator import Narrator

        del ChatModel, Narrator, Wire
        _ = self.rules
        if self.settings.search_database_url is None:
            self.passage_search.search("lesión por presión", Filters())

    @cached_property
    def narratives(self) -> "NarrativeRunner":
        """Runs narratives."""
        from vigia_detect.stages.narratives import NarrativeRunner

        return NarrativeRunner(
            store=self.store,
            vault=self.vault,
            writer=self.writer,
            failures=self.failures,
            leases=self.leases,
            deadline_s=self.settings.llm_deadline_s,
        )
