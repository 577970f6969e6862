"""Time stamps of checkpoints, from a real authority, on SQLite and PostgreSQL alike."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_host import Told
from timestamp_host import Stamper, timestamp_host
from trail_export import check as verdicts
from trail_export import export

from vigia_detect.adapters.timestamps import make_authority
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.errors import ConfigurationError, UnavailableError
from vigia_detect.settings import Settings
from vigia_detect.stages import stamping as stamps
from vigia_detect.trail import lines
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.stamps import Authority
from vigia_detect.trail.verify import Report, verify

SUBJECT = "018f0000-0000-7000-8000-000000000001"


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Stamper]:
    with timestamp_host(tmp_path / "tsa") as stamper:
        yield stamper


@pytest.fixture
def vigia(
    database_url: str, tmp_path: Path, authority: Stamper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Vigia]:
    monkeypatch.setattr(stamps, "EVERY_S", 0.0)
    monkeypatch.setenv("VIGIA_TIMESTAMP_CA", str(authority.ca))
    made = Vigia(
        Settings(home=tmp_path / "home", database_url=database_url, timestamp_url=authority.url)
    )
    made.store.upgrade()
    yield made
    made.close()


def happen(vigia: Vigia) -> None:
    with vigia.store.begin() as work:
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, SUBJECT, "ana")] * 3)
        work.commit()
    vigia.chainer.seal()


def stamp(vigia: Vigia) -> bool:
    assert vigia.stamping is not None
    return vigia.stamping.look()


def judge(found: list[bytes], vigia: Vigia, ca: Path) -> Report:
    return verify(lambda: found, [vigia.signer.public], (), Authority(ca.read_bytes()))


def stamped(vigia: Vigia) -> list[bytes]:
    """Return an export with two checkpoints, each with a stamp, without its last line."""
    for _ in range(2):
        happen(vigia)
        assert stamp(vigia)
    return export(vigia)[:-1]


def test_what_an_authority_attests_is_told(vigia: Vigia, authority: Stamper) -> None:
    found = list(lines.with_end(stamped(vigia)))
    report = judge(found, vigia, authority.ca)
    assert report.good, report
    assert report.stamps == 2
    assert report.stamped is not None
    assert report.stamped.size == 6
    assert abs(report.stamped.time - time.time()) < 60
    assert verdicts(vigia).stamped is None  # without its certificates nothing is attested


def test_a_stamp_of_another_authority_counts_for_nothing(vigia: Vigia, tmp_path: Path) -> None:
    found = list(lines.with_end(stamped(vigia)))
    with timestamp_host(tmp_path / "other") as other:
        report = judge(found, vigia, other.ca)
    assert {one.problem for one in report.integrity.findings} == {Problem.BAD_STAMP}
    assert report.stamped is None


def test_a_stamp_belongs_to_its_checkpoint(vigia: Vigia, authority: Stamper) -> None:
    found = stamped(vigia)
    first, second = [place for place, one in enumerate(found) if one.startswith(b'{"size"')]
    tokens = [json.loads(found[place])["timestamp"] for place in (first, second)]
    swapped = [one.replace(tokens[1].encode(), tokens[0].encode()) for one in found]
    moved = [*found[:first], *found[first + 1 : second], found[first], *found[second + 1 :]]
    for forged in (swapped, moved):
        report = judge(list(lines.with_end(forged)), vigia, authority.ca)
        problems = {one.problem for one in report.integrity.findings}
        assert problems == {Problem.BAD_STAMP}, forged


def test_nobody_waits_for_an_authority_in_trouble(vigia: Vigia, authority: Stamper) -> None:
    happen(vigia)
    for told in (Told(503), Told(200, b"no time stamp"), Told(200, b"x" * 70_000)):
        authority.next.append(told)
        with pytest.raises(UnavailableError) as error:
            stamp(vigia)
        assert authority.url not in str(error.value)
    assert stamp(vigia)  # it is asked again


def test_an_answer_to_another_question_is_not_kept(vigia: Vigia, authority: Stamper) -> None:
    happen(vigia)
    assert stamp(vigia)
    old = authority.stamp(authority.asked[0])
    happen(vigia)
    authority.next.append(Told(200, old))
    with pytest.raises(UnavailableError):
        stamp(vigia)
    with vigia.store.read() as work:
        assert work.stamps.last_size() == 3


def test_it_is_asked_once_a_minute_and_only_about_something_new(
    vigia: Vigia, authority: Stamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "EVERY_S", 60.0)
    assert not stamp(vigia)  # there is no checkpoint yet
    happen(vigia)
    assert stamp(vigia)
    assert not stamp(vigia)  # nothing is new
    happen(vigia)
    assert not stamp(vigia)  # not yet
    assert len(authority.asked) == 1


def test_the_stamp_lies_beside_the_checkpoint_for_everybodys_tools(
    vigia: Vigia, authority: Stamper
) -> None:
    happen(vigia)
    assert stamp(vigia)
    (token,) = vigia.settings.checkpoint_folder.rglob("*.tsr")
    assert token.stat().st_mode & 0o077 == 0
    command = ["openssl", "ts", "-verify", "-in", token, "-CAfile", authority.ca, "-data"]
    done = subprocess.run([*command, token.with_suffix(".note")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_authoritys_certificates_are_needed(authority: Stamper, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="VIGIA_TIMESTAMP_CA"):
        make_authority(authority.url, None, ca_file=None)
    (tmp_path / "no.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="not PEM"):
        make_authority(authority.url, tmp_path / "no.pem", ca_file=None)


def test_flipped_bytes_of_a_token_never_change_what_is_attested(
    vigia: Vigia, authority: Stamper
) -> None:
    happen(vigia)
    assert stamp(vigia)
    (file,) = vigia.settings.checkpoint_folder.rglob("*.tsr")
    note, token = file.with_suffix(".note").read_text(), file.read_bytes()
    checker = Authority(authority.ca.read_bytes())
    attested = checker.time_of(token, note)
    accepted = 0
    for place in range(len(token)):
        forged = bytearray(token)
        forged[place] ^= 1
        try:
            assert checker.time_of(bytes(forged), note) == attested
            accepted += 1
        except ValueError:
            continue
    assert accepted < 0.05 * len(token)  # what no signature covers: names of algorithms
