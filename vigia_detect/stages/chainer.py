"""Gives committed entries their order, and signs for it. Every process does; one wins each time.

Whoever writes an entry takes no lock and knows no order: its transaction commits as it would
without a trail. Some moments later one process puts what was committed into one order for ever
(record 40).
"""

import random
import threading
import time
from collections.abc import Callable, Sequence

from vigia_detect.audit_ports import CheckpointKeeper, SignerSource
from vigia_detect.domain.audit import ChainedEntry, LooseEntry
from vigia_detect.errors import CheckpointConflictError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store
from vigia_detect.stages.signed_before import Kept, root_after
from vigia_detect.trail.lines import link
from vigia_detect.trail.merkle import Edge, Node, edge_of, leaf_hash
from vigia_detect.trail.note import Checkpoint, PublicKey, open_checkpoint

BATCH = 500
EVERY_S = 2.0
OVERLAP_S = 10.0
"""How long a transaction may hold back an entry's id and the entry still be found at once."""
WHOLE_LOOK_S = 900.0
"""How often all entries are looked at, for one that was held back longer."""

log = get_logger()


class Chainer:
    """Puts entries into their order, batch by batch.

    Args:
        signer: finds the key; called when there is something to sign.
        keeper: keeps checkpoints outside of the database.
        every_entries: a checkpoint is signed at least every so many entries.
        every_s: and after so many seconds, when there is anything new.
        on_conflict: told when what is kept outside contradicts the trail.
    """

    def __init__(
        self,
        *,
        store: Store,
        signer: SignerSource,
        keeper: CheckpointKeeper,
        every_entries: int,
        every_s: float,
        on_conflict: Callable[[], object] = lambda: None,
    ) -> None:
        self._on_conflict = on_conflict
        self._store = store
        self._signer = signer
        self._keeper = keeper
        self._every_entries = every_entries
        self._every_s = every_s
        self._whole_look_at = float("-inf")
        self._kept: int | None = None
        self._size: int | None = None
        self._compared_at = float("-inf")
        self._refused_at = float("-inf")

    def run_forever(self, stop: threading.Event) -> None:
        """Look again and again, jittered so that processes do not look in step."""
        while not stop.wait(EVERY_S * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - a dead chainer would never be missed here
                level = log.warning if isinstance(error, UnavailableError) else log.error
                level("chainer_failed", exc_info=error)

    def look(self) -> None:
        """Chain what is there and sign if it is time. Raises DatabaseUnavailableError."""
        if not self._another_chains():
            self.chain()
        self.sign(self._every_entries, self._every_s)
        self.keep()

    def seal(self, *, whole: bool = True) -> None:
        """Chain what is there and sign for it now.

        Args:
            whole: look at all entries; else only at those of the last seconds, whose cost does not
                grow with the trail.
        """
        self.chain(whole=whole)
        self.sign(1, 0.0)
        self.keep()

    def chain(self, *, whole: bool | None = None) -> int:
        """Chain what was committed; return how many entries.

        Ids are given when an entry is written and seen when it is committed, so not in their
        order: what has no place yet is looked for, never what comes after the last one. `whole`
        looks at all entries; unless said, that is done when it is time for it.
        """
        if whole is None:
            whole = time.monotonic() - self._whole_look_at > WHOLE_LOOK_S
        chained = 0
        above = 0 if whole else None
        while True:
            with self._store.read() as work:
                # First the head: if another process chains what we see next, it has moved on then.
                size, last = work.trail.head()
                above = work.trail.floor(OVERLAP_S) if above is None else above
                loose = work.trail.loose(above, BATCH)
                edge = edge_of(size, work.trail.tile) if loose else Edge()
            if loose and not self._extend(loose, size, last, edge):
                return chained  # another process is at it
            chained += len(loose)
            if len(loose) < BATCH:
                self._whole_look_at = time.monotonic() if whole else self._whole_look_at
                return chained
            above = loose[-1].id

    def sign(self, every_entries: int, every_s: float) -> bool:
        """Sign a checkpoint if so many entries are new, or so many seconds have passed.

        What was signed for before must still be so, by the tables and by what is kept outside:
        nobody who rewrites the trail gets a signature from here.
        """
        if not self._due(every_entries, every_s):
            return False
        keys, kept = self._keys(), self._last_kept()  # before the trail, which has it first
        with self._store.read() as work:
            size, _ = work.trail.head()
            after, _ = work.trail.last_checkpoint() or (0, 0.0)
            now = work.now()
            try:
                root = root_after(work.trail, size, after, keys, kept)
            except CheckpointConflictError as error:
                return self._refuse(error)
        if size == after:
            return False  # another process has just signed for it
        signer = self._signer()
        note = signer.sign(Checkpoint(signer.name, size, root, int(now), after).text)
        with self._store.begin() as work:
            added = work.trail.add_checkpoint(size, note, after=after, key=signer.public.text)
            work.commit()
        return added

    def keep(self) -> None:
        """Keep outside of the database what was signed, by whichever process."""
        self._compare()
        if self._kept is None:
            self._kept = self._keeper.last_size()
        while True:
            with self._store.read() as work:
                notes = work.trail.notes(self._kept, BATCH)
            for size, note in notes:
                self._keep(note)
                self._kept = size
            if len(notes) < BATCH:
                return

    def _another_chains(self) -> bool:
        """Tell whether the order has grown since the last look, and not by this process.

        Whoever did it goes on: all others would work out the same hashes to lose the race.
        """
        with self._store.read() as work:
            size, _ = work.trail.head()
        known, self._size = self._size, size
        return known is not None and size > known

    def _keep(self, note: str) -> None:
        try:
            self._keeper.keep(open_checkpoint(note, self._keys()), note)
        except CheckpointConflictError as error:
            self._conflict(error)

    def _keys(self) -> list[PublicKey]:
        """Return all keys that have ever signed for this trail."""
        with self._store.read() as work:
            known = [PublicKey.parse(text) for text in work.trail.public_keys()]
        return known or [self._signer().public]

    def _compare(self) -> None:
        """See now and then that the last checkpoint kept outside is still one of the trail's.

        A database that was set back and went on has other checkpoints, of other sizes too.
        """
        if time.monotonic() - self._compared_at < WHOLE_LOOK_S:
            return
        size = self._keeper.last_size()
        kept = self._keeper.note(size) if size else None  # before the trail, which has it first
        with self._store.read() as work:
            there = dict(work.trail.notes(size - 1, 1))
        if kept is not None and there.get(size) != kept:
            self._conflict(
                CheckpointConflictError("The trail has no such checkpoint of {size}.", size=size)
            )
        self._compared_at = time.monotonic()

    def _due(self, every_entries: int, every_s: float) -> bool:
        """Tell whether it is time to sign, or fewer entries are there than were signed for."""
        with self._store.read() as work:
            size, _ = work.trail.head()
            after, made_at = work.trail.last_checkpoint() or (0, 0.0)
            waited = work.now() - made_at
        return size < after or (
            size > after and (size - after >= every_entries or waited >= every_s)
        )

    def _last_kept(self) -> Kept | None:
        """Return the last checkpoint kept outside; None when there is none, or it is away."""
        try:
            size = self._keeper.last_size() if self._kept is None else self._kept
            note = self._keeper.note(size) if size else None
        except OSError as error:  # a share that is away says nothing; `keep` tells of it
            log.warning("checkpoints_unreadable", exc_info=error)
            return None
        return None if note is None else (size, note)

    def _refuse(self, error: CheckpointConflictError) -> bool:
        """Sign nothing, and tell of it now and then."""
        if time.monotonic() - self._refused_at > WHOLE_LOOK_S:
            self._refused_at = time.monotonic()
            self._conflict(error)
        return False

    def _conflict(self, error: CheckpointConflictError) -> None:
        log.error("checkpoint_conflict", exc_info=error)
        self._on_conflict()

    def _extend(self, loose: Sequence[LooseEntry], size: int, last: bytes, edge: Edge) -> bool:
        entries: list[ChainedEntry] = []
        nodes: list[Node] = []
        for position, entry in enumerate(loose, start=size):
            leaf = leaf_hash(entry.data)
            last = link(last, leaf)
            entries.append(ChainedEntry(position, entry.id, leaf, last))
            nodes += edge.add(leaf)
        # Durable: what is signed for must not be undone by a power cut.
        with self._store.begin() as work:
            won = work.trail.extend(size, entries, nodes)
            work.commit()
        if won:
            self._size = size + len(entries)
        return won
