"""An export that is made to break the verifier, or to draw a verdict of its own, is told as bad."""

import json
import random
from pathlib import Path

import forgery
import pytest
from forgery import OURS

from vigia_detect.trail import lines
from vigia_detect.trail.files import LONGEST, check_file
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.texts import report_json, report_text
from vigia_detect.trail.verify import Report, verify

KEYS = [OURS.public]
MADE = forgery.entries(random.Random(3), 20)  # noqa: S311 - a test's own choices
GOOD = forgery.trail(MADE, 8)
DEEP = b"[" * 100_000
ENTRY = GOOD[3]
HEAD = ENTRY[: ENTRY.rfind(b'"position"')]


def told(found: list[bytes]) -> Report:
    """Return the verdicts, which can be printed."""
    report = verify(lambda: found, KEYS)
    for lang in ("es", "en"):
        assert report_text(report, lang).encode()
    assert json.loads(report_json(report))
    return report


@pytest.mark.parametrize(
    "line",
    [
        HEAD + b'"position":Infinity}\n',
        HEAD + b'"position":1e400}\n',
        HEAD + b'"position":NaN}\n',
        HEAD + b'"position":true}\n',
        HEAD + b'"position":' + b"9" * 5_000 + b"}\n",
        lines.CHAINED + b"0" * 64 + lines.BEFORE_ENTRY + DEEP + b"\n",
        b'{"checkpoint":' + DEEP + b"\n",
        b'{"pending":' + DEEP + b"}\n",
        b'{"row":' + DEEP + b"\n",
    ],
    ids=["infinity", "1e400", "nan", "true", "long", "entry", "checkpoint", "pending", "row"],
)
def test_numbers_and_depths_that_no_entry_has(line: bytes) -> None:
    found = [*GOOD[:3], line, *GOOD[4:]]
    assert not told(list(lines.with_end(found))).integrity.good


@pytest.mark.parametrize(
    "name", ["\ud800", "a\x1b[2JIntegridad: bien", "b\nIntegridad: bien", "\u202e"]
)
def test_words_of_an_export_draw_no_verdict(name: str) -> None:
    row = {"event": "x", "subject": name, "count": 1}
    line = json.dumps({"row": row, "table": "audit_tallies"}).encode() + b"\n"
    report = told(list(lines.with_end([*GOOD, line])))
    text = report_text(report, "es")
    assert not report.completeness.good
    assert "\x1b" not in text
    assert "\nIntegridad: bien" not in text.partition("Completitud")[2]


def test_what_follows_the_end_is_told() -> None:
    whole = list(lines.with_end(GOOD))
    for more in (GOOD[3], forgery.states(MADE)[0], whole[-1]):
        problems = [one.problem for one in told([*whole, more]).integrity.findings]
        assert problems == [Problem.FILE_CHANGED]


def test_a_line_without_end_fits_nowhere(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(OURS.public.text)
    with (tmp_path / "export").open("wb") as file:
        file.writelines([*GOOD, b'{"pending":"' + b"x" * (LONGEST + 1), b'"}\n'])
    report = check_file(tmp_path / "export", tmp_path / "key")
    assert not report.integrity.good


def test_all_kept_checkpoints_count(tmp_path: Path) -> None:
    """Whoever has the signing key rewrites the trail, and has new checkpoints kept too."""
    kept, month = MADE[:10], tmp_path / "kept" / "2026-11"
    month.mkdir(parents=True)
    _keep(month, forgery.trail(kept, 5))
    rewritten = [kept[0].replace(b'"actor":"', b'"actor":"x', 1), *MADE[1:]]
    for made, wrong in ((MADE, False), (rewritten, True)):
        export = forgery.trail(made, 20)
        _keep(month, export)
        (tmp_path / "export").write_bytes(b"".join(lines.with_end(export)))
        (tmp_path / "key").write_text(OURS.public.text)
        report = check_file(tmp_path / "export", tmp_path / "key", tmp_path / "kept")
        problems = {one.problem for one in report.integrity.findings}
        assert (Problem.REWRITTEN in problems) == wrong, problems


def test_one_end_that_is_cut_off_is_told_once(tmp_path: Path) -> None:
    _keep(tmp_path, forgery.trail(MADE, 2))
    (tmp_path / "export").write_bytes(b"".join(lines.with_end(forgery.trail(MADE[:6], 2))))
    (tmp_path / "key").write_text(OURS.public.text)
    report = check_file(tmp_path / "export", tmp_path / "key", tmp_path)
    (cut,) = report.integrity.findings
    assert (cut.problem, cut.first, cut.last) == (Problem.CUT, 6, 19)


def test_one_bad_checkpoint_in_a_folder_is_named(tmp_path: Path) -> None:
    _keep(tmp_path, forgery.trail(MADE, 5))
    bad = tmp_path / "000000000005.note"
    bad.write_text(bad.read_text().replace("\n5\n", "\n6\n"))
    (tmp_path / "export").write_bytes(b"".join(lines.with_end(GOOD)))
    (tmp_path / "key").write_text(OURS.public.text)
    (found,) = check_file(tmp_path / "export", tmp_path / "key", tmp_path).integrity.findings
    assert (found.problem, "000000000005" in found.about) == (Problem.BAD_CHECKPOINT, True)


def _keep(folder: Path, export: list[bytes]) -> None:
    for line in export:
        if line.startswith(b'{"checkpoint"'):
            note = json.loads(line)["checkpoint"]
            size = int(note.splitlines()[1])
            (folder / f"{size:012}.note").write_text(note)
