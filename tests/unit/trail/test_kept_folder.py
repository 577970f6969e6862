"""A folder of checkpoints of a whole year, and what may lie in it."""

import tracemalloc
from pathlib import Path

import pytest

from vigia_detect.trail import lines
from vigia_detect.trail.files import check_file
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.integrity import Integrity
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import BadNoteError, Checkpoint, Signer

SIGNER = Signer("vigia-audit/test", b"\7" * 32)
YEAR_OF_MINUTES = 525_600


def written(folder: Path, entries: int = 6) -> Path:
    """Write an export, its key, and a folder with a checkpoint after each entry."""
    found, edge, link = [lines.header(SIGNER.name)], Edge(), lines.FIRST_LINK
    for place in range(entries):
        data = lines.to_line({"event": "case.read", "id": place, "subject": "x"})[:-1]
        link = lines.link(link, leaf_hash(data))
        edge.add(leaf_hash(data))
        note = SIGNER.sign(
            Checkpoint(SIGNER.name, place + 1, edge.root(), 1_795_345_200 + place, place).text
        )
        found += [lines.chained(place, link, data), lines.checkpoint(note)]
        kept = folder / "audit" / "2026-11" / f"{place + 1:012}.note"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(note)
    tally = {"count": entries, "event": "case.read", "subject": "x"}
    found.append(lines.state("audit_tallies", tally))
    (folder / "export").write_bytes(b"".join(lines.with_end(found)))
    (folder / "key").write_text(SIGNER.public.text)
    return kept.parent


def check(folder: Path) -> dict[Problem, str]:
    report = check_file(folder / "export", folder / "key", folder / "audit")
    return {one.problem: one.about for one in report.integrity.findings}


def test_a_good_folder_is_good(tmp_path: Path) -> None:
    written(tmp_path)
    assert check(tmp_path) == {}


@pytest.mark.parametrize("wrong", [b"", b"\xff\xfe", b"x\n\n\xe2\x80\x94 a b\n"])
def test_one_unusable_note_is_named_and_the_others_still_count(
    tmp_path: Path, wrong: bytes
) -> None:
    month = written(tmp_path)
    bad = month / f"{3:012}.note"
    bad.write_bytes(wrong)
    found = check(tmp_path)
    assert set(found) == {Problem.BAD_CHECKPOINT}
    assert str(bad) in found[Problem.BAD_CHECKPOINT]
    other = SIGNER.sign(Checkpoint(SIGNER.name, 5, b"\1" * 32, 1, 4).text)
    (month / f"{5:012}.note").write_text(other)
    assert set(check(tmp_path)) == {Problem.BAD_CHECKPOINT, Problem.REWRITTEN}


def test_one_of_no_possible_size_is_named(tmp_path: Path) -> None:
    month = written(tmp_path)
    for size in (-1, 1 << 63, 1 << 80):
        note = SIGNER.sign(Checkpoint(SIGNER.name, size, b"\1" * 32, 1, 4).text)
        (month / "odd.note").write_text(note)
        assert set(check(tmp_path)) == {Problem.BAD_CHECKPOINT}


def test_a_folder_with_none_that_can_be_used_is_refused(tmp_path: Path) -> None:
    for file in written(tmp_path).iterdir():
        file.write_text("x")
    with pytest.raises(BadNoteError):
        check(tmp_path)


def test_a_year_of_checkpoints_takes_little_memory() -> None:
    known = (
        Checkpoint(SIGNER.name, 2 * place, place.to_bytes(32, "big"), place, 0)
        for place in range(1, YEAR_OF_MINUTES // 10 + 1)
    )
    tracemalloc.start()
    try:
        integrity = Integrity([SIGNER.public], known)
        # 10 MB for a tenth of a year, which leaves the whole below the verifier's 200 MB
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert integrity.verdict.good
