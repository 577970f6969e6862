"""Whatever is done to an evidence bundle is detected by whoever has the key from elsewhere."""

import base64
import dataclasses
import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_ward import found, reviewed_case
from hypothesis import given
from hypothesis import strategies as st
from keeping_ward import ward
from signing import places, replaced, signed_anew

from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.evidence_contents import Attested, Differs, check_content
from vigia_detect.trail.evidence_lines import (
    BadBundleError,
    Proved,
    entry_line,
    part_line,
    part_of,
    read_bundle,
)
from vigia_detect.trail.evidence_summary import summary_of
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import Checkpoint, PublicKey, Signer, open_checkpoint
from vigia_detect.trail.proofs import Prover

DAILY, MANY = 600, 10_000


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two valid bundles of one system, and what signed them."""

    one: list[bytes]
    other: list[bytes]
    signer: Signer
    folder: Path

    def problems(self, lines: list[bytes], *keys: PublicKey) -> set[str]:
        """Return what is found; by the right key unless others are named."""
        file = self.folder / "changed"
        file.write_bytes(b"".join(lines))
        return found(file, *(keys or (self.signer.public,)))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("bundles")
    with ward(f"sqlite:///{folder / 'v.db'}", folder / "home") as here:
        cases = [reviewed_case(here, f"P-{seed}", seed=seed) for seed in (1, 2)]
        asked = Asked(image=True)
        made = [here.vigia.evidence.bundle(case, asked, actor="ana") for case in cases]
        one, other = (data.splitlines(keepends=True) for data in made)
        yield Pair(one, other, here.vigia.signer, folder)


def test_a_good_one_is_good(pair: Pair) -> None:
    for lines in (pair.one, pair.other, signed_anew(pair.one, pair.signer)):
        assert pair.problems(lines) == set()


@pytest.mark.parametrize(
    ("seed", "count"), [(6, DAILY), pytest.param(7, MANY, marks=pytest.mark.slow)]
)
def test_any_byte_that_is_changed_is_found(pair: Pair, seed: int, count: int) -> None:
    turned, data = random.Random(seed), b"".join(pair.one)  # noqa: S311 - a test's
    for _ in range(count):
        place = turned.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << turned.randrange(8)
        assert pair.problems([bytes(changed)]), (place, data[place], changed[place])


def test_each_part_that_is_changed_is_found(pair: Pair) -> None:
    for place in range(len(pair.one)):
        line = bytearray(pair.one[place])
        line[len(line) // 2] ^= 1
        assert pair.problems(replaced(pair.one, place, bytes(line))), part_of(pair.one[place])


@pytest.mark.parametrize("deed", ["remove", "repeat", "swap", "cut"])
def test_lines_that_are_moved_are_found(pair: Pair, deed: str) -> None:
    lines = pair.one
    for place in range(len(lines) - 1):
        line, following = lines[place], lines[place + 1]
        changed = {
            "remove": replaced(lines, place),
            "repeat": replaced(lines, place, line, line),
            "swap": [*lines[:place], following, line, *lines[place + 2 :]],
            "cut": lines[: place + 1],
        }[deed]
        assert pair.problems(changed), (deed, place)


def test_parts_of_another_bundle_are_found(pair: Pair) -> None:
    for part in ("entry", "state", "summary", "content", "image", "seal", "manifest"):
        mine, theirs = places(pair.one, part), places(pair.other, part)
        mixed = [line for line in pair.one if part_of(line) != part]
        others = [pair.other[place] for place in theirs]
        mixed[mine[0] : mine[0]] = others
        assert pair.problems(mixed), part
        if part in {"entry", "content", "image", "summary"}:  # even by who holds the key
            assert pair.problems(signed_anew(mixed, pair.signer)), part


def test_the_owner_of_the_key_cannot_change_what_was_chained(pair: Pair) -> None:
    """Manifest and seal fit; the proofs and what the entries attest do not."""
    for place in places(pair.one, "entry"):
        line = pair.one[place].replace(b'"actor":"', b'"actor":"x', 1)
        assert "not_proved" in pair.problems(
            signed_anew(replaced(pair.one, place, line), pair.signer)
        )
    for place in places(pair.one, "content"):
        content = json.loads(pair.one[place])["content"]
        for name, value in (
            ("value", "other"),
            ("key", None),
            ("key", base64.b64encode(bytes(32)).decode()),
            ("sealed", base64.b64encode(b"\1" + bytes(60)).decode()),
            ("name", "told2"),
        ):
            line = part_line("content", {**content, name: value})
            changed = signed_anew(replaced(pair.one, place, line), pair.signer)
            assert "content_differs" in pair.problems(changed), (content["name"], name)


def test_the_owner_of_the_key_cannot_leave_out_an_entry_or_a_content(pair: Pair) -> None:
    for place in places(pair.one, "entry"):
        file = pair.folder / "left-out"
        lines = replaced(pair.one, place)
        entries = [json.loads(lines[at])["entry"] for at in places(lines, "entry")]
        (at,) = places(lines, "summary")
        lines = replaced(lines, at, part_line("summary", summary_of(entries)))
        file.write_bytes(b"".join(signed_anew(lines, pair.signer)))
        assert not check_bundle(file, [pair.signer.public]).completeness.good
    for place in places(pair.one, "content"):
        changed = signed_anew(replaced(pair.one, place), pair.signer)
        assert pair.problems(changed) == {"missing_content"}


def test_a_whole_forgery_with_another_key_is_found_by_the_outside_key(pair: Pair) -> None:
    """A forger makes a trail of their own, with every hash, proof and signature fitting."""
    thief = Signer(pair.signer.name, b"\x08" * 32)
    forged = forgery(pair.one, thief)
    file = pair.folder / "forged"
    file.write_bytes(b"".join(forged))
    report = check_bundle(file)
    assert report.integrity.good  # by its own key: that is why this proves so little
    assert not report.outside_key
    assert pair.problems(forged, pair.signer.public) >= {"bad_seal", "bad_checkpoint"}


def forgery(lines: list[bytes], thief: Signer) -> list[bytes]:
    datas = [json.dumps(json.loads(lines[at])["entry"]) for at in places(lines, "entry")]
    raw = [data.replace('"ana"', '"eva"').encode() for data in datas]
    leaves, edge = [leaf_hash(one) for one in raw], Edge()
    for leaf in leaves:
        edge.add(leaf)
    note = thief.sign(Checkpoint(thief.name, len(raw), edge.root(), 1_795_345_200, 0).text)
    prover = Prover(len(raw), lambda _level, _number: leaves)
    proved = [
        entry_line(Proved(data, place, prover.inclusion(place))) for place, data in enumerate(raw)
    ]
    frame = [
        lines[0],
        part_line("key", thief.public.text),
        part_line("checkpoint", note),
        *proved,
        *(lines[at] for at in places(lines, "state")),
        part_line("summary", summary_of([json.loads(one) for one in raw])),
        *(lines[at] for part in ("content", "image") for at in places(lines, part)),
        lines[-1],
    ]
    return signed_anew(frame, thief)


def test_a_rewritten_trail_is_found_by_a_checkpoint_kept_elsewhere(pair: Pair) -> None:
    """Also when the owner signs it with the right key."""
    forged = forgery(pair.one, pair.signer)
    note = json.loads(forged[2])["checkpoint"]
    promised = open_checkpoint(note, [pair.signer.public])
    other = dataclasses.replace(promised, root=b"\5" * 32)
    kept, file = pair.folder / "kept.note", pair.folder / "rewritten"
    kept.write_text(pair.signer.sign(other.text))
    file.write_bytes(b"".join(forged))
    assert check_bundle(file, [pair.signer.public]).integrity.good
    report = check_bundle(file, [pair.signer.public], kept)
    assert [one.problem.value for one in report.integrity.findings] == ["rewritten"]


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("x" * 64),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
PARTS = st.sampled_from(
    ["manifest", "key", "checkpoint", "extends", "entry", "state", "summary", "content", "image"]
)


def read_or_refused(data: bytes) -> None:
    try:
        read_bundle(io.BytesIO(data))
    except BadBundleError:
        return


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)
    read_or_refused(b'{"manifest":' + data)


@given(st.lists(st.tuples(PARTS, DOCUMENTS), max_size=6))
def test_any_documents_are_checked_and_never_crash(
    pair: Pair, parts: list[tuple[str, object]]
) -> None:
    made = []
    for part, document in parts:
        try:
            made.append(part_line(part, document))
        except UnicodeEncodeError:
            continue
    lines = signed_anew([pair.one[0], *made, pair.one[-1]], pair.signer)
    assert pair.problems(lines)
    near = [*pair.one[:3], *made, *pair.one[3:]]
    near.sort(key=lambda line: part_order(part_of(line)))
    if made:
        assert pair.problems(near)
        pair.problems(signed_anew(near, pair.signer))  # no crash; it may be good


def part_order(part: str) -> int:
    order = ("manifest", "key", "checkpoint", "extends", "entry", "state", "summary", "content")
    return order.index(part) if part in order else len(order) + (part == "seal")


def test_an_archive_is_no_bundle(tmp_path: Path) -> None:
    """So neither bombs nor paths nor names that are there twice have any way in."""
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("../../etc/passwd", b"x")
        made.writestr("bomb", b"0" * 50_000_000)
    tracemalloc.start()
    try:
        assert found(archive) == {"malformed_line"}
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "line",
    [
        b'{"summary":{"a":1,"a":2}}\n',
        b'{"summary":{"a":NaN}}\n',
        b'{"summary": {"a":1}}\n',
        b'{"summary":{"a":' + b"9" * 5_000 + b"}}\n",
        b'{"summary":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
        b'{"summary":{"a":"\\ud800"}}\n',
        b'{"../summary":{}}\n',
        b'{"state":"' + b"x" * 4_000_001 + b'"}\n',
    ],
    ids=["twice", "nan", "spaced", "digits", "deep", "surrogate", "path", "long"],
)
def test_what_can_be_read_in_two_ways_or_not_at_all_is_refused(pair: Pair, line: bytes) -> None:
    lines = [*pair.one[:3], line, *pair.one[3:]]
    assert pair.problems(lines) == {"malformed_line"}


def test_memory_is_bounded_whatever_the_file_says(pair: Pair) -> None:
    file = pair.folder / "endless"
    file.write_bytes(b"".join(pair.one[:3]) + b'{"state":"' + b"x" * 60_000_000)
    tracemalloc.start()
    try:
        assert found(file) == {"malformed_line"}
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_what_is_older_than_its_proof_is_shown_as_not_proved() -> None:
    known = {"told": Attested("case:c", None)}
    old = {"name": "told", "key": None, "value": {}, "sealed": base64.b64encode(b"\1x").decode()}
    assert not check_content(old, known)
    new = {**old, "sealed": base64.b64encode(b"\2x").decode()}
    with pytest.raises(Differs):  # only what is older may come without its key
        check_content(new, known)


def test_nobody_can_say_erased_of_a_patient_who_is_not(pair: Pair) -> None:
    manifest = json.loads(pair.one[0])["manifest"]
    manifest["not_included"] |= {"contents": "erased"}
    lines = [part_line("manifest", manifest)]
    lines += [line for line in pair.one[1:] if part_of(line) not in {"content", "image"}]
    assert pair.problems(signed_anew(lines, pair.signer)) == {"content_differs"}
