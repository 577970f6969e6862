"""Whatever is done to a trail is detected, and its place is told."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import forgery
import pytest
from forgery import DEEDS, OURS, THEIRS, Forged

import vigia_detect.trail
from vigia_detect.trail import lines
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.note import Checkpoint
from vigia_detect.trail.verify import Report, verify

MUTATIONS = 10_000
TRAILS = 20


KEYS = [OURS.public]


def verdict(forged: Forged, known: Checkpoint) -> Report:
    return verify(lambda: forged.lines, KEYS, [known])


def located(report: Report, forged: Forged) -> bool:
    """Tell whether a finding names a place that was tampered with."""
    return any(
        one.first is not None
        and one.last is not None
        and one.first - 1 <= forged.last
        and one.last >= forged.first - 1
        for one in report.integrity.findings
    )


def test_no_mutation_is_missed() -> None:
    for seed in range(TRAILS):
        turned = random.Random(seed)  # noqa: S311 - a test's own choices
        made = forgery.entries(turned, turned.randint(3, 24))
        good = forgery.trail(made, turned.randint(2, 12))
        known = forgery.last_promise(good)
        assert not verdict(forgery.ended(Forged(good, 0, 0)), known).integrity.findings
        for _ in range(MUTATIONS // TRAILS):
            deed = turned.choice((forgery.flip, forgery.flip, *DEEDS))
            forged = forgery.ended(deed(good, turned))
            found = verdict(forged, known)
            assert not found.integrity.good, (seed, deed.__name__, forged)
            header = found.integrity.findings[0].problem == Problem.WRONG_LOG
            assert header or located(found, forged), (seed, deed.__name__, found, forged)


def test_the_end_of_the_file_is_missed() -> None:
    good = list(lines.with_end(forgery.trail(forgery.entries(random.Random(1), 9), 4)))  # noqa: S311
    for gone in range(1, len(good) + 1):
        left = good[:-gone]
        found = verify(lambda left=left: left, [OURS.public])
        assert Problem.FILE_CHANGED in {one.problem for one in found.integrity.findings}


def test_the_last_line_is_checked() -> None:
    good = forgery.trail(forgery.entries(random.Random(1), 9), 4)  # noqa: S311
    wrong = [*good, lines.end(len(good), "0" * 64)]
    found = verify(lambda: wrong, [OURS.public])
    assert [one.problem for one in found.integrity.findings] == [Problem.FILE_CHANGED]


def test_the_owner_of_the_key_cannot_rewrite_what_was_kept_elsewhere() -> None:
    turned = random.Random(5)  # noqa: S311
    made = forgery.entries(turned, 40)
    kept = forgery.last_promise(forgery.trail(made[:25], 25))
    made[7] = made[7].replace(b'"actor":"', b'"actor":"x', 1)
    rewritten = list(lines.with_end(forgery.trail(made, 10)))
    assert verify(lambda: rewritten, [OURS.public]).integrity.good  # with nothing kept elsewhere
    found = verify(lambda: rewritten, [OURS.public], [kept])
    assert [one.problem for one in found.integrity.findings] == [Problem.REWRITTEN]
    assert found.integrity.findings[0].first == 20
    grown = list(lines.with_end(forgery.trail(forgery.entries(random.Random(5), 40), 10)))  # noqa: S311
    assert verify(lambda: grown, [OURS.public], [kept]).integrity.good


def test_missing_and_unexplained_entries_are_named() -> None:
    made = forgery.entries(random.Random(2), 30)  # noqa: S311
    made = [one for one in made if b'"event":"run.' not in one]
    gone = json.loads(made[4])
    rows = forgery.states(made)
    extra = lines.pending(made[0])
    export = list(lines.with_end([*forgery.trail(made[:4] + made[5:], 5), *rows, extra]))
    found = verify(lambda: export, [OURS.public])
    assert found.integrity.good
    assert found.pending == 1
    about = {one.problem: one.about for one in found.completeness.findings}
    first = json.loads(made[0])
    assert about == {
        Problem.NO_ENTRY: f"{gone['event']} {gone['subject']}",
        Problem.NO_REASON: f"{first['event']} {first['subject']}",
    }


@pytest.fixture(scope="module")
def apart(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The verifier as an auditor has it: its own folder, without the rest of Vigia."""
    folder = tmp_path_factory.mktemp("auditor")
    package = folder / "vigia_detect"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(Path(vigia_detect.trail.__file__).parent, package / "trail")

    def run(*words: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "vigia_detect.trail", *map(str, words)],
            env={"PYTHONPATH": str(folder), "PATH": os.environ["PATH"]},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("deed", [None, *DEEDS], ids=lambda deed: deed and deed.__name__)
def test_the_verifier_works_apart(
    deed: Callable[[list[bytes], random.Random], Forged] | None,
    apart: Callable[..., "subprocess.CompletedProcess[str]"],
    tmp_path: Path,
) -> None:
    turned = random.Random(11)  # noqa: S311
    made = [one for one in forgery.entries(turned, 30) if b'"event":"run.' not in one]
    good = forgery.trail(made, 6)
    forged = deed(good, turned) if deed else Forged(good, 0, 0)
    export = tmp_path / "export.jsonl"
    whole = lines.with_end([*forged.lines, *forgery.states(made)])
    export.write_bytes(b"".join(whole))
    (tmp_path / "key").write_text(OURS.public.text + "\n")
    (tmp_path / "2026-11").mkdir()
    (tmp_path / "2026-11" / "000000000006.note").write_text(_note(good, 0))
    (tmp_path / "2026-11" / "000000000099.note").write_text(_note(good, -1))
    done = apart(export, "--public-key", tmp_path / "key", "--checkpoint", tmp_path, "--json")
    assert done.returncode == (10 if deed else 0), done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["integrity"]["good"] == (deed is None)
    if deed:
        assert any(
            one["first"] is not None and one["first"] - 1 <= forged.first <= one["last"] + 1
            for one in found["integrity"]["findings"]
        ), found


def test_the_verifier_refuses_what_is_no_key(
    apart: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(THEIRS.public.text[:-2])
    (tmp_path / "export").touch()
    done = apart(tmp_path / "export", "--public-key", tmp_path / "key")
    assert (done.returncode, done.stdout) == (1, "")
    assert "base64" in done.stderr


@pytest.mark.parametrize(
    ("lang", "words"), [("es", "Integridad: FALLA"), ("en", "Integrity: FAILED")]
)
def test_the_verifier_says_it_in_both_languages(
    lang: str, words: str, apart: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(OURS.public.text)
    (tmp_path / "export").touch()
    done = apart(tmp_path / "export", "--public-key", tmp_path / "key", "--lang", lang)
    assert done.returncode == 10
    assert words in done.stdout


def _note(found: list[bytes], which: int) -> str:
    notes = [line for line in found if line.startswith(b'{"checkpoint"')]
    return str(json.loads(notes[which])["checkpoint"])
