"""Evidence bundles as a physician writes and an auditor checks them."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_ward import NOTE, reviewed_case
from keeping_ward import Ward, ward
from loop import Broker
from pydantic import SecretStr
from typer.testing import CliRunner

import vigia_detect.trail
from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.main import app
from vigia_detect.domain.access import Role
from vigia_detect.errors import InvalidOptionError, PermissionDeniedError
from vigia_detect.security.registry import NewAccount


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ward, str]]:
    folder = tmp_path_factory.mktemp("house")
    with ward(f"sqlite:///{folder / 'v.db'}", folder / "home", lang="en") as made:
        yield made, reviewed_case(made, "P-1")


@pytest.fixture
def mine(here: tuple[Ward, str]) -> Iterator[str]:
    """The case, in a process whose parts are the ward's."""
    install(here[0].vigia)
    yield here[1]
    reset()


def run(*words: object) -> "tuple[int, str, BaseException | None]":
    done = CliRunner().invoke(app, list(map(str, words)))
    return done.exit_code, done.output, done.exception


def test_a_case_is_shown_with_and_without_the_word(mine: str) -> None:
    for words in ((mine, "--json"), ("--json", mine), ("show", mine, "--json")):
        code, out, _ = run("case", *words)
        assert code == 0
        assert json.loads(out)["case_id"] == mine


def test_a_bundle_is_written_once_and_verifies(
    mine: str, here: tuple[Ward, str], tmp_path: Path
) -> None:
    file, key = tmp_path / "case.evidence", tmp_path / "audit.pub"
    assert run("case", "bundle", mine, "-o", file)[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    assert isinstance(run("case", "bundle", mine, "-o", file)[2], InvalidOptionError)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]  # nothing half-written beside it
    key.write_text(here[0].vigia.signer.public.text + "\n")
    kept = here[0].vigia.settings.checkpoint_folder
    reset()  # from here on the system itself is not asked
    code, out, _ = run("bundle", "verify", file, "--public-key", key, "--checkpoint", kept)
    assert (code, "ATTENTION" in out) == (0, False), out
    code, out, _ = run("bundle", "verify", file)
    assert (code, "ATTENTION" in out or "ATENCIÓN" in out) == (0, True)
    code, out, _ = run("bundle", "verify", file, "--public-key", key, "--json")
    found = json.loads(out)
    assert (found["case"], found["integrity"]["good"], found["outside_key"]) == (mine, True, True)


def test_what_is_changed_has_its_own_exit_code(mine: str, tmp_path: Path) -> None:
    file = tmp_path / "b"
    assert run("case", "bundle", mine, "-o", file, "--without-patient")[0] == 0
    file.write_bytes(file.read_bytes().replace(b'"actor":"bea"', b'"actor":"eva"', 1))
    assert run("bundle", "verify", file)[0] == ExitCode.TAMPERED
    assert isinstance(run("bundle", "verify", tmp_path / "none")[2], InvalidOptionError)


def test_a_picture_is_the_patients(mine: str, tmp_path: Path) -> None:
    both = run("case", "bundle", mine, "-o", tmp_path / "b", "--without-patient", "--with-image")
    assert isinstance(both[2], InvalidOptionError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bundle", ["whole", "cut"])
def test_the_verifier_works_apart(
    bundle: str, mine: str, here: tuple[Ward, str], tmp_path: Path
) -> None:
    """Only the folder `trail` is there: no settings, no database, no home."""
    package = tmp_path / "vigia_detect"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(Path(vigia_detect.trail.__file__).parent, package / "trail")
    file, key = tmp_path / "b", tmp_path / "key"
    assert run("case", "bundle", mine, "-o", file, "--with-image")[0] == 0
    key.write_text(here[0].vigia.signer.public.text + "\n")
    if bundle == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    words = ["bundle", file, "--public-key", key, "--lang", "en"]
    done = subprocess.run(
        [sys.executable, "-m", "vigia_detect.trail", *map(str, words)],
        env={"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == {"whole": 0, "cut": 10}[bundle], done.stderr
    assert {"whole": "Integrity: good", "cut": "Integrity: FAILED"}[bundle] in done.stdout


def test_an_auditor_gets_one_without_the_patient_a_nurse_none(tmp_path: Path) -> None:
    with ward(f"sqlite:///{tmp_path / 'v.db'}", tmp_path / "home", auth="required") as house:
        case, registry = house.case("P-1", context={"notes": NOTE}), house.vigia.registry
        got = {}
        for role in (Role.PHYSICIAN, Role.AUDITOR, Role.NURSE):
            registry.add(NewAccount(role.value, f"Name {role}", frozenset({role})), by="test")
            token, _ = registry.create_token(role.value, label="t", days=1, scopes=None, by="test")
            shown = {"token": SecretStr(token)}
            vigia = Vigia(house.vigia.settings.model_copy(update=shown), publisher=Broker())
            install(vigia)
            for words in ((), ("--without-patient",)):
                file = tmp_path / f"{role}{len(words)}"
                error = run("case", "bundle", case, "-o", file, *words)[2]
                assert error is None or isinstance(error, PermissionDeniedError), error
                got[role, bool(words)] = error is None
                assert file.exists() == (error is None)
            reset()
            vigia.close()
    assert got == {
        (Role.PHYSICIAN, False): True,
        (Role.PHYSICIAN, True): True,
        (Role.AUDITOR, False): False,
        (Role.AUDITOR, True): True,
        (Role.NURSE, False): False,
        (Role.NURSE, True): False,
    }
    assert NOTE.encode() not in (tmp_path / f"{Role.AUDITOR}1").read_bytes()
