"""Nothing but ids leaves the encrypted rows: not to the broker, the logs, or a file's name."""

import base64
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from acceptance.needles import Needles, read_tree
from acceptance.system import EMERGENCY, System, home_folder, picture
from acceptance.wiretap import Wiretap
from PIL import Image

from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.domain.ids import CaseId, is_case_id, run_id
from vigia_detect.domain.stages import Stage

CODE = "ZQX7-Nandu-Quillay.4711"
NAME = "Xochiquétzal Wojciechowska"
NOTE = "refiere que su gato Zarpazo duerme a los pies, herida con mal olor desde el jueves"
FILE = "foto-de-Xochiquetzal-Wojciechowska.jpg"
TEXTS = {"code": CODE, "name": NAME, "surname": "Wojciechowska", "note": NOTE, "file name": FILE}
BY_COMMAND, CASES = 3, 15
ARTIST = 0x013B
BODY = re.compile(rb'"body": ?"([A-Za-z0-9+/=]+)"')


def test_nothing_but_ids_in_broker_logs_names_and_database(tmp_path: Path) -> None:
    image = telling_picture()
    needles = Needles(TEXTS, {"image": image, "kept image": PillowReader().read(image).data})
    with home_folder() as home:
        system = System(home, environment={"VIGIA_LOG_LEVEL": "debug"})
        try:
            tap, cases = run_and_look(system, needles, image, tmp_path)
            look_at_the_broker(tap, needles, cases)
            assert set(needles.found_in(unsealed(system, cases[0]))) >= {"code", "name", "note"}
        finally:
            system.stop()
        files = look_at_files(system, needles)
    database = files["vigia.db"] + files.get("vigia.db-wal", b"")
    logs = b"".join(data for name, data in files.items() if name.startswith("logs/"))
    # What was searched did hold what may be there.
    assert all(case.encode() in database and case.encode() in logs for case in cases)
    assert all(any(case in name for name in files) for case in cases)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "hide",
    [
        lambda text: text.encode(),
        lambda text: orjson.dumps({"a": text}),
        lambda text: json.dumps({"a": text}).encode(),
        lambda text: base64.b64encode(b"xy" + text.encode() + b"z"),
        lambda text: repr(text.upper().encode()).encode() if text.isascii() else text.encode(),
    ],
)
def test_the_search_finds_what_is_there(name: str, hide: object) -> None:
    assert callable(hide)
    assert name in Needles(TEXTS, {}).found_in(b"..." + hide(TEXTS[name]) + b"...")


def test_the_search_finds_a_piece_of_a_picture() -> None:
    image = telling_picture()
    needles = Needles({}, {"image": image})
    assert needles.found_in(b"a" + image[len(image) // 3 : len(image) // 2])
    assert needles.found_in(base64.b64encode(b"a" + image))
    assert not needles.found_in(picture(1))


def run_and_look(
    system: System, needles: Needles, image: bytes, folder: Path
) -> tuple[Wiretap, list[CaseId]]:
    """Fill the queues, look, let the workers run, and look again, at the broker all the time."""
    system.broker.start()
    with Wiretap(system.broker) as tap:
        cases = [submit_by_command(system, image, folder, n) for n in range(BY_COMMAND)]
        cases += [
            system.submit(0, code=CODE, image=image, context=telling_context(n))
            for n in range(BY_COMMAND, CASES)
        ]
        tap.read_all()
        assert {b"image_processing", b"medical_priority", b"emergency"} <= tap.keys
        look_at_files(system, needles)
        system.start()
        while system.open_cases(cases):
            tap.read_all()
            time.sleep(0.2)
        look_at_files(system, needles)
        tap.read_all()
    return tap, cases


def look_at_files(system: System, needles: Needles) -> dict[str, bytes]:
    """Read every file of the home, names too; return them."""
    names, files = read_tree(system.settings.root)
    assert needles.found_in(names) == []
    assert {name: found for name, data in files.items() if (found := needles.found_in(data))} == {}
    return files


def look_at_the_broker(tap: Wiretap, needles: Needles, cases: list[CaseId]) -> None:
    """Every command and value is free of secrets; every message is a run's id and a number."""
    heard, held = b"\n".join(tap.commands), b"\n".join(tap.held)
    assert needles.found_in(heard) == []
    assert needles.found_in(held) == []
    bodies = [base64.b64decode(body) for body in BODY.findall(heard + held)]
    assert needles.found_in(b"\n".join(bodies)) == []
    messages = [orjson.loads(body) for body in bodies]
    tasks = [message for message in messages if isinstance(message, list)]  # others: control
    assert all(ids_only(*message[:2]) for message in tasks)
    sent = {message[0][0] for message in tasks}
    assert sent >= {run_id(case, Stage.IMAGE_ANALYSIS) for case in cases}


def ids_only(arguments: list[object], names: dict[str, object]) -> bool:
    run, attempt = arguments
    return is_case_id(str(run)) and isinstance(attempt, int) and not names


def unsealed(system: System, case: CaseId) -> bytes:
    """Return what the system itself says of a case: there the secrets must be."""
    with system.vigia.store.read() as work:
        stored = work.cases.get(case)
    assert stored is not None
    file = system.vigia.vault.open_case(stored)
    return orjson.dumps([file.patient_code, file.context])


def telling_context(number: int) -> dict[str, object]:
    """Return notes that name the patient; every third is an emergency by its signs."""
    return {**(EMERGENCY if number % 3 == 0 else {}), "notes": f"{NAME} ({number}): {NOTE}."}


def telling_picture() -> bytes:
    """Return a picture whose metadata names the patient."""
    image, file = Image.open(io.BytesIO(picture(99))), io.BytesIO()
    exif = image.getexif()
    exif[ARTIST] = NAME
    image.save(file, "JPEG", exif=exif, quality=90)
    return file.getvalue()


def submit_by_command(system: System, image: bytes, folder: Path, number: int) -> CaseId:
    """Submit as from a nurse's terminal; what the command logs is kept with the other logs."""
    (folder / FILE).write_bytes(image)
    (folder / "context.json").write_text(json.dumps(telling_context(number)))
    paths = [str(folder / FILE), f"--context={folder / 'context.json'}", f"--patient-code={CODE}"]
    done = subprocess.run(
        [sys.executable, "-m", "vigia_detect.cli.main", "submit", *paths, "--json"],
        env={**os.environ, **system.environment},
        capture_output=True,
        check=True,
    )
    with (system.settings.root / "logs" / "client.log").open("ab") as log:
        log.write(done.stderr)
    return CaseId(str(orjson.loads(done.stdout)["case_id"]))
