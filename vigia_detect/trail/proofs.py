"""Inclusion and consistency proofs: RFC 9162 sections 2.1.3 and 2.1.4."""

from collections.abc import Sequence

from vigia_detect.trail.merkle import LEVELS, TILE, ReadTile, fold, node_hash


class Prover:
    """Makes proofs about a kept tree of `size` leaves. A tile is read at most once."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self._size = size
        self._read = read
        self._known: dict[tuple[int, int], Sequence[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves (all of them unless said); at least one."""
        return self._subtree(0, self._size if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the proof that leaf `index` is in the tree."""
        path, start, end = [], 0, self._size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, earlier: int) -> list[bytes]:
        """Return the proof that the tree of the first `earlier` leaves is this one's beginning."""
        path, start, end, whole = [], 0, self._size, True
        while earlier != end:
            middle = start + _split(end - start)
            if earlier <= middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start, whole = middle, False
        # The earlier tree's root itself is known to whoever checks.
        return ([] if whole else [self._subtree(start, end)]) + path[::-1]

    def _subtree(self, start: int, end: int) -> bytes:
        """Return the hash over leaves `start` to `end`, as the tree is split."""
        length = end - start
        if length & (length - 1) == 0 and start % length == 0:
            return self._complete(length.bit_length() - 1, start // length)
        middle = start + _split(length)
        return node_hash(self._subtree(start, middle), self._subtree(middle, end))

    def _complete(self, level: int, number: int) -> bytes:
        kept = level - level % LEVELS
        length = 1 << (level - kept)
        tile, first = divmod(number * length, TILE)
        if (kept, tile) not in self._known:
            self._known[kept, tile] = self._read(kept, tile)
        return fold(self._known[kept, tile][first : first + length])


def _split(length: int) -> int:
    """Return the largest power of two below `length`."""
    return 1 << (length - 1).bit_length() - 1


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof shows that `leaf` is number `index` of the tree (2.1.3.2).

    Args:
        leaf: its hash.
        index: from 0.
        size: how many leaves the tree has.
        proof: as `Prover.inclusion` returns it.
        root: of the tree, from a signed checkpoint.
    """
    if not 0 <= index < size:
        return False
    place, last, hash_ = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hash_ = node_hash(other, hash_)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, other)
        place, last = place >> 1, last >> 1
    return last == 0 and hash_ == root


def extends(
    earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that one tree is the beginning of another (2.1.4.2)."""
    if earlier == size:
        return not proof and earlier_root == root
    if not 0 < earlier < size or not proof:
        return False
    path = list(proof) if earlier & (earlier - 1) else [earlier_root, *proof]
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == root
