"""The tree and its proofs against published vectors and against the definition."""

import random
from collections.abc import Callable, Sequence

import pytest

from vigia_detect.trail.merkle import (
    EMPTY_ROOT,
    LEVELS,
    TILE,
    Edge,
    Node,
    ReadTile,
    edge_of,
    leaf_hash,
    node_hash,
)
from vigia_detect.trail.proofs import Prover, extends, includes

# The vectors of the Certificate Transparency project: eight leaves, and the roots over 0 to 8.
DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(one) for one in DATA]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
D0_1, D2_3, D4_5 = (
    ROOTS[2],
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
D4, D6_7, D1 = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
)
D4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = {
    (0, 1): [],
    (0, 8): [D1, D2_3, D4_7],
    (5, 8): [D4, D6_7, ROOTS[4]],
    (2, 3): [ROOTS[2]],
    (1, 5): [ROOTS[1], D2_3, D4],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [D1, D2_3, D4_7],
    (6, 8): [D4_5, D6_7, ROOTS[4]],
    (2, 5): [D2_3, D4],
}


def kept(leaves: Sequence[bytes]) -> ReadTile:
    """Keep a tree as the database does, in memory."""
    edge, nodes = Edge(), [Node(0, number, leaf) for number, leaf in enumerate(leaves)]
    for leaf in leaves:
        nodes += edge.add(leaf)
    hashes = {(node.level, node.number): node.hash for node in nodes}

    def read(level: int, tile: int) -> Sequence[bytes]:
        numbers = range(tile * TILE, (tile + 1) * TILE)
        return [hashes[level, number] for number in numbers if (level, number) in hashes]

    return read


def by_definition(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:middle]), by_definition(leaves[middle:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    edge = Edge()
    for leaf in LEAVES[:size]:
        edge.add(leaf)
    assert edge.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int) -> None:
    proof = Prover(size, kept(LEAVES)).inclusion(index)
    assert [one.hex() for one in proof] == INCLUSION[index, size]
    assert includes(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("earlier", "size"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(earlier: int, size: int) -> None:
    proof = Prover(size, kept(LEAVES)).consistency(earlier)
    assert [one.hex() for one in proof] == CONSISTENCY[earlier, size]
    roots = [bytes.fromhex(root) for root in ROOTS]
    assert extends(earlier, roots[earlier], size, roots[size], proof)


BIG = [leaf_hash(number.to_bytes(4, "big")) for number in range(3 * TILE * TILE // 2 + 77)]
TURNED = random.Random(7)  # noqa: S311 - picks bits to turn


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, len(BIG)])
def test_a_tree_over_several_tiles_proves_what_is_in_it(size: int) -> None:
    read, root = kept(BIG[:size]), by_definition(BIG[:size])
    assert edge_of(size, read).root() == root
    assert edge_of(size, read).size == size
    prover = Prover(size, read)
    for index in {0, size - 1, size // 2, TURNED.randrange(size)}:
        proof = prover.inclusion(index)
        assert includes(BIG[index], index, size, proof, root)
        assert not includes(BIG[index], index, size, _turned(proof or [b"\0" * 32]), root)
        assert not includes(leaf_hash(b"another"), index, size, proof, root)
        assert not includes(BIG[index], index + 1, size, proof, root)
    for earlier in {1, size, max(1, size // 3), TURNED.randrange(size) + 1}:
        proof, old = prover.consistency(earlier), by_definition(BIG[:earlier])
        assert extends(earlier, old, size, root, proof)
        assert not extends(earlier, node_hash(old, old), size, root, proof)
        assert not extends(earlier, old, size, node_hash(root, root), proof)


def _turned(proof: Sequence[bytes]) -> list[bytes]:
    """Return the proof with one bit of one hash turned."""
    place = TURNED.randrange(len(proof))
    hash_ = bytearray(proof[place])
    hash_[TURNED.randrange(len(hash_))] ^= 1 << TURNED.randrange(8)
    return [*proof[:place], bytes(hash_), *proof[place + 1 :]]


@pytest.mark.parametrize("prove", [Prover.inclusion, Prover.consistency])
def test_a_proof_reads_few_tiles(prove: Callable[[Prover, int], list[bytes]]) -> None:
    read, seen = kept(BIG), []

    def counted(level: int, tile: int) -> Sequence[bytes]:
        seen.append((level, tile))
        return read(level, tile)

    prove(Prover(len(BIG), counted), len(BIG) // 3)
    assert len(seen) == len(set(seen)) <= 2 * -(-len(BIG).bit_length() // LEVELS)
