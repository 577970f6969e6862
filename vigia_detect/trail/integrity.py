"""The first verdict: nothing that was chained has been changed, moved, added or taken away."""

from collections.abc import Collection, Iterable
from hashlib import sha256

from vigia_detect.trail import lines
from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.key_chain import MARK, KeyChain
from vigia_detect.trail.merkle import Edge
from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey
from vigia_detect.trail.stamps import Authority, BadStampError, Stamps

SIZE_BYTES = 8


class Integrity:
    """Reads an export's lines in order; keeps the tree's edge, never the entries.

    Args:
        keys: whose checkpoints count.
        known: checkpoints that were kept elsewhere, signatures checked.
        authority: whose time stamps count.
    """

    def __init__(
        self,
        keys: Collection[PublicKey],
        known: Iterable[Checkpoint] = (),
        authority: Authority | None = None,
    ) -> None:
        self.verdict = Verdict()
        self.size = 0
        self.line = 0
        self.last: Checkpoint | None = None
        self.stamps = Stamps(authority)
        self._note = ""
        self.keys = KeyChain(keys)
        self._known = sorted((_packed(one) for one in known), reverse=True)
        self._next_known = self._promised_size(-1)
        self._chain: bytes | None = lines.FIRST_LINK  # None: cannot be known at this place
        self._edge: Edge | None = Edge()  # None: the tree cannot be known any more
        self._covered = 0

    def chained(self, line: bytes) -> bytes | None:
        """Take the line of an entry; return the entry's bytes if they are what was chained."""
        after = lines.after_entry(self.size)
        if (
            self._chain is None
            or not line.endswith(after)
            or line[lines.CHAIN_END : lines.ENTRY_AT] != lines.BEFORE_ENTRY
        ):
            return self._doubt(line)
        entry = line[lines.ENTRY_AT : -len(after)]
        leaf = sha256(b"\0" + entry).digest()
        chain = lines.link(self._chain, leaf)
        if line[len(lines.CHAINED) : lines.CHAIN_END] != chain.hex().encode():
            return self._doubt(line)
        self._step(chain, leaf)
        if MARK in entry:
            self.keys.announce(entry)
        return entry

    def checkpoint(self, line: bytes) -> None:
        """Take the line of a checkpoint."""
        try:
            note = lines.read(line)["checkpoint"]
            found = self.keys.open(note)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = str(error) if isinstance(error, BadNoteError) else "not a checkpoint"
            self._since_checkpoint(Problem.BAD_CHECKPOINT, about=reason)
            return
        if line != lines.checkpoint(note) or found.size != self.size:
            self._since_checkpoint(Problem.BAD_CHECKPOINT, about="not at its place")
        elif found.after != (before := self.last.size if self.last else 0):
            self._find(Problem.CHECKPOINT_REMOVED, before, max(before, found.after - 1))
        if self._compare(found.size, found.root):
            self.keys.covered()
        self.last, self._note = found, note

    def stamp(self, line: bytes) -> None:
        """Take the line of a time stamp."""
        try:
            self.stamps.take(line, self.last, self._note)
        except BadStampError as error:
            self._since_checkpoint(Problem.BAD_STAMP, about=str(error))

    def finish(self) -> None:
        """Say what should still have come."""
        if (promised := self._promised_size(0)) > self.size:
            self._find(Problem.CUT, self.size, promised - 1)
        if self.size > (self.last.size if self.last else 0):
            self._since_checkpoint(Problem.NOT_COVERED)

    def _step(self, chain: bytes | None, leaf: bytes | None) -> None:
        self._chain = chain
        if leaf is None:
            self._edge = None
        elif self._edge is not None:
            self._edge.add(leaf)
        self.size += 1
        if self.size == self._next_known:
            self._meet_known()

    def _meet_known(self) -> None:
        while self._known and self._promised_size(-1) <= self.size:
            size, root = self._promised_size(-1), self._known.pop()[SIZE_BYTES:]
            self._compare(size, root)
        self._next_known = self._promised_size(-1)

    def _promised_size(self, place: int) -> int:
        """Return the size of one of those that are left; -1 when none is."""
        return _size(self._known[place]) if self._known else -1

    def _compare(self, size: int, root: bytes) -> bool:
        """Compare the tree with what was promised of it; tell whether it is so."""
        if self._edge is None or size != self.size:
            return False
        if self._edge.root() != root:
            self._since_checkpoint(Problem.REWRITTEN)
            self._edge = None  # no later one can fit
            return False
        self._covered = self.size
        return True

    def _doubt(self, line: bytes) -> bytes | None:
        """Say what is wrong with a line, and go on with the next one as well as can be."""
        read = _read(line)
        if read is None:
            self._find(Problem.MALFORMED, self.size, self.size)
            self._step(None, None)
            return None
        position, chain, leaf, entry = read
        if position < self.size:
            self._find(Problem.OUT_OF_ORDER, position, position)
            return None
        if position > self.size:
            self._find(Problem.REMOVED, self.size, position - 1)
            self._skip_to(position)
        fits = self._chain is None or lines.link(self._chain, leaf) == chain
        if entry is None:
            self._find(Problem.LOST, position, position)
        elif not fits:
            # Either this entry or the link that it stands on.
            self._find(Problem.CHANGED, max(0, position - 1), position)
        self._step(chain, leaf if fits else None)
        return entry if fits else None

    def _skip_to(self, position: int) -> None:
        self._edge, self._chain, self.size = None, None, position
        self._known = [one for one in self._known if _size(one) > position]
        self._next_known = self._promised_size(-1)

    def _since_checkpoint(self, problem: Problem, *, about: str = "") -> None:
        self._find(problem, self._covered, max(self._covered, self.size - 1), about=about)

    def _find(self, problem: Problem, first: int, last: int, *, about: str = "") -> None:
        self.verdict.add(Finding(problem, first, last, self.line, about))


def _packed(known: Checkpoint) -> bytes:
    """Return size and root as few bytes, which sort by size: there may be a million."""
    return known.size.to_bytes(SIZE_BYTES, "big") + known.root


def _size(packed: bytes) -> int:
    return int.from_bytes(packed[:SIZE_BYTES], "big")


def _read(line: bytes) -> tuple[int, bytes, bytes, bytes | None] | None:
    """Return position, link, hash and bytes of an entry; None when the line has another form."""
    try:
        document = lines.read(line)
        position, chain = document["position"], bytes.fromhex(document["chain"])
        if document["entry"] is None:
            leaf, entry = bytes.fromhex(document["leaf"]), None
            whole = lines.lost(position, chain, leaf)
        else:
            entry = line[lines.ENTRY_AT : -len(lines.after_entry(position))]
            leaf = sha256(b"\0" + entry).digest()
            whole = lines.chained(position, chain, entry)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return (position, chain, leaf, entry) if whole == line else None
