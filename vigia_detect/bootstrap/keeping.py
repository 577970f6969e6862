"""The parts that keep keys and data, and let them go."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.settings import Settings

if TYPE_CHECKING:
    from vigia_detect.key_ports import KeyKeeper
    from vigia_detect.picture_ports import BlobStore
    from vigia_detect.ports import Cipher, Store
    from vigia_detect.stages.case_files import CaseFiles
    from vigia_detect.stages.erasure import Erasure
    from vigia_detect.stages.holds import Holds
    from vigia_detect.stages.key_rotation import KeyRotation
    from vigia_detect.stages.periods import RecordedPeriods
    from vigia_detect.stages.retention import Retention


class KeepingParts(ABC):
    """Part of `Vigia`: keys, holds, retention and erasure, each made when it is first asked for."""

    settings: Settings

    @property
    @abstractmethod
    def store(self) -> "Store":
        """The database."""

    @property
    @abstractmethod
    def cipher(self) -> "Cipher":
        """Pseudonyms and encryption."""

    @property
    @abstractmethod
    def blobs(self) -> "BlobStore":
        """The encrypted pictures."""

    @cached_property
    def key_keeper(self) -> "KeyKeeper":
        """Who holds the key-encryption keys. Raises ConfigurationError."""
        from vigia_detect.adapters.keys.choice import make_keeper

        return make_keeper(self.settings, self.store)

    def check_keys(self) -> None:
        """Refuse unsafe and default keys, without a connection. Raises ConfigurationError."""
        from vigia_detect.adapters.keys.choice import check_keys

        check_keys(self.settings)

    @cached_property
    def key_rotation(self) -> "KeyRotation":
        """What changes the key-encryption key."""
        from vigia_detect.stages.key_rotation import KeyRotation

        _ = self.cipher  # a new database gets its first keys
        return KeyRotation(self.store, self.key_keeper)

    @cached_property
    def periods(self) -> "RecordedPeriods":
        """How long each kind of data is kept."""
        from vigia_detect.bootstrap.periods import asked_periods
        from vigia_detect.stages.periods import RecordedPeriods

        return RecordedPeriods(self.store, asked_periods(self.settings))

    @cached_property
    def holds(self) -> "Holds":
        """What may not be deleted."""
        from vigia_detect.stages.holds import Holds

        return Holds(self.store)

    @cached_property
    def case_files(self) -> "CaseFiles":
        """The files of cases."""
        from vigia_detect.stages.case_files import CaseFiles

        return CaseFiles(self.store, self.blobs)

    @cached_property
    def erasure(self) -> "Erasure":
        """What erases a patient."""
        from vigia_detect.stages.erasure import Erasure

        return Erasure(store=self.store, files=self.case_files, periods=self.periods)

    @cached_property
    def retention(self) -> "Retention":
        """What lets data go when its time is over."""
        from vigia_detect.stages.retention import Retention

        return Retention(
            store=self.store, files=self.case_files, erasure=self.erasure, periods=self.periods
        )
