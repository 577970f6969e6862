"""The parts by which a language model tells of decided cases."""

from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.keeping import KeepingParts

if TYPE_CHECKING:
    from vigia_detect.stages.narratives import NarrativeRunner, Writer


class NarratingParts(KeepingParts):
    """Part of `Vigia`: who writes narratives, and what attaches them."""

    @property
    def narrates(self) -> bool:
        """Whether decisions are told of."""
        return self._writer is not None or bool(self.settings.llm_base_url)

    @cached_property
    def writer(self) -> "Writer":
        """Who writes narratives; without a language model, one that says that there is none."""
        if self._writer is not None:
            return self._writer
        from vigia_detect.stages.narratives import Nobody

        return Nobody()

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
