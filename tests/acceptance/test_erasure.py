"""After an erasure nothing of the patient can be had from any file, with all keys that are left."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import sqlalchemy as sa
from acceptance.needles import Needles, read_tree
from acceptance.system import System, home_folder
from acceptance.thief import Blob, keys_left, opened, steal, unwraps
from acceptance.wiretap import Wiretap
from PIL import Image

from vigia_detect.adapters.db.keys import GRACE_S
from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.domain.alert_states import UNFINISHED, AlertEvent
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.records import PatientKey
from vigia_detect.domain.stages import Stage

CODE, OTHER = "ZQX7-Nandu-Quillay.4711", "OTRA-Paciente-0815"
NAME = "Xochiquétzal Wojciechowska"
NOTE = "refiere que su gato Zarpazo duerme a los pies, herida con mal olor desde el jueves"
TEXTS = {"code": CODE, "name": NAME, "surname": "Wojciechowska", "note": NOTE}
MINE, HERS = ("0154", "0254"), "0332"
PICTURES = Path(__file__).parents[1] / "data" / "fuseg" / "images"
GROUNDS = ("--reason=patient_request", "--by=Ana Soto")
OVERRIDE = ("--override=kept_in_hospital_record", "--reference=SOL-44/2026")


def test_nothing_of_an_erased_patient_is_left_anywhere() -> None:
    with home_folder() as home:
        system = System(home, environment={"VIGIA_LOG_LEVEL": "debug"})
        try:
            system.broker.start()
            with Wiretap(system.broker) as tap:
                mine, others = run_cases(system)
                patient, stolen = key_of(system, CODE), steal(system)
                needles = needles_of(system, patient, mine)
                all_can_be_had(system, needles, stolen, patient)
                erase(system)
                look_at_files(system, needles)  # now: at the end the write-ahead log is gone
                tap.read_all()
            export(system, [*mine, *others])
        finally:
            system.stop()
        assert needles.found_in(b"\n".join([*tap.commands, *tap.held])) == []
        look_at_files(system, needles)
        look_with_all_keys(system, stolen, patient)
        look_at_what_a_backup_holds(system, patient)
        others_are_whole(system, mine, others)


def run_cases(system: System) -> tuple[list[CaseId], list[CaseId]]:
    """Bring two cases of one patient and one of another to their end, alerts answered."""
    system.start()
    context = {"notes": f"{NAME}: {NOTE}."}
    mine = [system.submit(0, code=CODE, image=photograph(MINE[n]), context=context) for n in (0, 1)]
    others = [system.submit(0, code=OTHER, image=photograph(HERS), context={"notes": "sin dolor"})]
    system.wait_all([*mine, *others], timeout_s=150)
    for alert in system.vigia.desk.alerts(limit=100):
        if alert.state in UNFINISHED:
            assert system.vigia.desk.answer(alert.id, Answer(AlertEvent.ACT, "Ana Soto", "test"))
    system.wait_idle(timeout_s=60)
    return mine, others


def needles_of(system: System, patient: PatientKey, mine: list[CaseId]) -> Needles:
    """Return everything that must be gone: words, pictures, pixels, findings, and the key."""
    files = {"wrapped key": patient.wrapped_key, "sealed code": patient.sealed_code}
    for number, case in enumerate(mine):
        kept = PillowReader().read(photograph(MINE[number])).data
        report = system.vigia.desk.report(case, actor="test")
        looked_at = report.stages[Stage.IMAGE_ANALYSIS].result
        files |= {
            f"picture {number}": kept,
            f"pixels {number}": np.asarray(Image.open(io.BytesIO(kept))).tobytes(),
            f"overlay {number}": system.vigia.desk.attachment(case, OVERLAY, actor="test"),
            f"findings {number}": orjson.dumps(looked_at),
        }
    return Needles({**TEXTS, "pseudonym": patient.pseudonym}, files)


def all_can_be_had(
    system: System, needles: Needles, stolen: set[Blob], patient: PatientKey
) -> None:
    """The same search finds what is there before: else finding nothing would mean nothing."""
    assert opened(stolen, keys_left(system)) == stolen
    kinds = {blob.label.partition(":")[0] for blob in stolen if blob.owner == patient.pseudonym}
    assert kinds == {"code", "case", "result", "image", "overlay"}
    assert unwraps(patient.wrapped_key, patient.pseudonym, system)
    _, files = read_tree(system.settings.root)
    found = {name for data in files.values() for name in needles.found_in(data)}
    assert found == {"wrapped key", "sealed code", "pseudonym"}


def erase(system: System) -> None:
    """Ask as an operator does; the first time the record's period forbids it."""
    refused = vigia(system, "erase", "--patient-code-from-stdin", *GROUNDS)
    assert (refused.returncode, refused.stdout) == (12, ""), refused.stderr
    done = vigia(system, "erase", "--patient-code-from-stdin", *GROUNDS, *OVERRIDE)
    assert done.returncode == 0, done.stderr
    assert "2 cases, 4 files" in done.stdout
    assert "busy" not in done.stdout


def export(system: System, cases: list[CaseId]) -> None:
    """Write what can be exported after the erasure beside the rest: reports and the trail."""
    lines = [vigia(system, "case", case, "--json").stdout.encode() for case in cases[:2]]
    with system.vigia.store.read() as work:
        for case in cases:
            lines += [orjson.dumps([at, entry]) for at, entry in work.audit.of_subject(case)]
    assert all(b"erased_at" in line for line in lines[:2])
    (system.settings.root / "export.jsonl").write_bytes(b"\n".join(lines))


def look_at_files(system: System, needles: Needles) -> None:
    """Read every file of the home: database, its log, pictures, broker, logs, exports."""
    names, files = read_tree(system.settings.root)
    assert {"vigia.db", "keys/master.key"} <= set(files)
    assert any(name.startswith("logs/") for name in files)
    assert needles.found_in(names) == []
    assert {name: found for name, data in files.items() if (found := needles.found_in(data))} == {}


def look_with_all_keys(system: System, stolen: set[Blob], patient: PatientKey) -> None:
    """Try every key that is left on every sealed value, of now and of before the erasure."""
    keys, now = keys_left(system), steal(system)
    left = {blob for blob in stolen if blob.owner != patient.pseudonym}
    assert opened(stolen, keys) == left
    assert now == left == opened(now, keys)


def look_at_what_a_backup_holds(system: System, patient: PatientKey) -> None:
    """A copy of the wrapped key, as in an old backup, ends with the version that wraps it."""
    assert unwraps(patient.wrapped_key, patient.pseudonym, system)
    system.vigia.key_rotation.rotate(actor="test")
    with system.vigia.store.begin() as work:
        moved = sa.text("update key_versions set emptied_at = emptied_at - :grace")
        work._connection.execute(moved, {"grace": GRACE_S})
        work.commit()
    system.vigia.key_rotation.destroy(1, actor="test")
    assert not unwraps(patient.wrapped_key, patient.pseudonym, system)


def others_are_whole(system: System, mine: list[CaseId], others: list[CaseId]) -> None:
    for case in others:
        report = system.vigia.desk.report(case, actor="test")
        assert (report.patient_code, report.erased_at) == (OTHER, None)
        assert report.assessment is not None
        assert system.vigia.desk.attachment(case, OVERLAY, actor="test")
    for case in mine:
        gone = system.vigia.desk.report(case, actor="test")
        assert (gone.patient_code, gone.assessment) == (None, None)
        assert set(gone.missing.values()) == {"erased"}
        assert gone.erased_at is not None


def photograph(number: str) -> bytes:
    """Return a picture in which a wound is found, so that findings are drawn on it."""
    return (PICTURES / f"{number}.jpg").read_bytes()


def key_of(system: System, code: str) -> PatientKey:
    with system.vigia.store.read() as work:
        found = work.cases.patient(system.vigia.cipher.pseudonym(code))
    assert found is not None
    return found


def vigia(system: System, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; the patient's code comes by standard input."""
    return subprocess.run(
        [sys.executable, "-m", "vigia_detect.cli.main", *words],
        env={**os.environ, **system.environment, "VIGIA_LANG": "en"},
        input=CODE + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
