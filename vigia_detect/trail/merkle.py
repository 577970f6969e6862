"""Merkle trees and their proofs: RFC 9162 section 2.1, with SHA-256.

Hashes are kept in tiles: each holds 256 neighbours of one level, and only every eighth level is
kept. A tree of a million leaves then needs 4,000 hashes besides its leaves, and a proof reads
six tiles.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple, TypeAlias

LEVELS = 8  # of the tree between two kept ones
TILE = 1 << LEVELS
HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """The hash over a complete subtree of `2 ** level` leaves, the `number`-th from the left."""

    level: int
    number: int
    hash: bytes


ReadTile: TypeAlias = Callable[[int, int], Sequence[bytes]]
"""Returns the hashes of tile `number` of a kept `level`; fewer than 256 at the tree's end."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what two subtrees make together."""
    return sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a complete subtree; how many hashes there are is a power of two."""
    while len(hashes) > 1:
        pairs = list(pairwise(hashes))[::2]
        hashes = [sha256(b"\1" + left + right).digest() for left, right in pairs]
    return hashes[0]


class Edge:
    """The right edge of a growing tree: all that is needed to grow it and to know its root.

    Args:
        tiles: for each kept level, from the leaves up, the hashes of its last tile, which is
            not full yet.
    """

    def __init__(self, tiles: Sequence[Sequence[bytes]] = ()) -> None:
        self._tiles = [list(tile) for tile in tiles]
        sizes = enumerate(map(len, self._tiles))
        self.size = sum(length << LEVELS * place for place, length in sizes)

    def add(self, leaf: bytes) -> list[Node]:
        """Append a leaf's hash; return the nodes above it that are complete now and to be kept."""
        self.size += 1
        complete: list[Node] = []
        place, hash_ = 0, leaf
        while True:
            if place == len(self._tiles):
                self._tiles.append([])
            tile = self._tiles[place]
            tile.append(hash_)
            if len(tile) < TILE:
                return complete
            place, hash_ = place + 1, fold(tile)
            tile.clear()
            level = place * LEVELS
            complete.append(Node(level, (self.size >> level) - 1, hash_))

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        parts = [fold(part) for tile in reversed(self._tiles) for part in _complete_parts(tile)]
        if not parts:
            return EMPTY_ROOT
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root


def _complete_parts(tile: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Split hashes into complete subtrees, the largest first."""
    parts, start = [], 0
    while start < len(tile):
        length = 1 << (len(tile) - start).bit_length() - 1
        parts.append(tile[start : start + length])
        start += length
    return parts


def edge_of(size: int, read: ReadTile) -> Edge:
    """Return the edge of a kept tree of `size` leaves."""
    tiles: list[Sequence[bytes]] = []
    while size:
        number, length = divmod(size, TILE)
        tiles.append(read(len(tiles) * LEVELS, number)[:length] if length else ())
        size = number
    return Edge(tiles)
