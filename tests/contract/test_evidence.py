"""Evidence bundles that a working system writes, on SQLite and PostgreSQL alike."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.needles import Needles
from evidence_ward import NOTE, REASON, checked, reviewed_case, written
from keeping_ward import Ward, ward
from sqlalchemy import text

from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.ids import uuid7
from vigia_detect.domain.retention import ErasureReason, Override
from vigia_detect.errors import NotFoundError, NotPossibleError
from vigia_detect.stages import evidence
from vigia_detect.stages.erasure import Why
from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.testing import draw_wound
from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.evidence_lines import Bundle, read_bundle
from vigia_detect.trail.files import last_checkpoint
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.note import BadNoteError

ORDERED = Why(ErasureReason.ORDER, "ana", "C-12/2026", Override.COURT_ORDER)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def opened(file: Path) -> Bundle:
    with file.open("rb") as lines:
        return read_bundle(lines)


def test_a_bundle_of_a_reviewed_case_verifies_and_tells_all(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    file = written(here, case, tmp_path / "b", Asked(image=True))
    report = checked(here, file)
    assert report.integrity.good, report.integrity
    assert report.completeness.good, report.completeness
    assert (report.case, report.outside_key, report.compared) == (case, True, True)
    assert report.unproved == []
    bundle = opened(file)
    contents = {one["name"]: one["value"] for one in bundle.contents}
    assert contents["told"]["context"]["notes"] == NOTE
    assert REASON in contents.values()
    assert {"review:1", "review:2"} <= contents.keys()
    # What was found before the correction is there as well as what was found after it.
    assert {"result:medical_analysis:1", "result:medical_analysis:2"} <= contents.keys()
    assert contents["result:medical_analysis:2"]["lesions"][0]["class"] == "stage_2"
    summary = bundle.summary
    assert (
        summary["image_sha256"] == hashlib.sha256(base64.b64decode(bundle.image or "")).hexdigest()
    )
    assert all("sha256:" in rules for rules in summary["rules"])
    assert summary["rules"]
    assert [one["event"] for one in summary["reviews"]] == ["review.corrected", "review.confirmed"]
    answers = [(one["event"], one["actor"]) for one in summary["acknowledgements"]]
    assert answers == [("alert.acknowledged", "ana"), ("alert.acted", "ana")]
    assert summary["notifications"]


def test_every_entry_of_the_case_is_in_it(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    bundle = opened(written(here, case, tmp_path / "b"))
    with here.vigia.store.read() as work:
        alerts = [one.id for one in work.alerts.of_case(case)]
        placed = work.trail.of_subjects([case, *alerts])
    assert [json.loads(one.data)["id"] for one in bundle.entries] == [
        one.id for one in sorted(placed, key=lambda one: one.position or 0)
    ]
    assert json.loads(bundle.entries[-1].data)["event"] == AuditEvent.BUNDLE_WRITTEN


def test_without_the_patient_it_verifies_and_holds_no_word(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    file = written(here, case, tmp_path / "b", Asked(patient=False))
    report = checked(here, file)
    assert report.integrity.good, report.integrity
    assert report.completeness.good
    assert report.not_included["contents"] == "not_asked"
    texts = {"note": NOTE, "reason": REASON, "code": "P-1"}
    assert Needles(texts, {"picture": draw_wound(1, (160, 120))}).found_in(file.read_bytes()) == []


def test_nothing_of_another_patient_is_in_it(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    other = reviewed_case(here, "ZQX7-Quillay.4711", "Zarpazo duerme a los pies de Wojciechowska")
    with here.vigia.store.read() as work:
        row = work.cases.get(other)
        results = work.runs.results(other)
    assert row is not None
    texts = {
        "code": "ZQX7-Quillay.4711",
        "note": "Zarpazo duerme a los pies de Wojciechowska",
        "case": other,
        "pseudonym": row.patient.pseudonym,
    }
    secrets = {"file": row.sealed, "key": row.patient.wrapped_key}
    secrets |= {stage.value: bytes(sealed) for stage, sealed in results.items()}
    needles = Needles(texts, secrets)
    data = written(here, case, tmp_path / "b", Asked(image=True)).read_bytes()
    assert needles.found_in(data) == []
    others = written(here, other, tmp_path / "o", Asked(image=True)).read_bytes()
    assert set(needles.found_in(others)) >= {"note", "case", "file"}  # the needles can be found


def test_the_patients_own_key_is_not_in_it(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    with here.vigia.store.read() as work:
        row = work.cases.get(case)
    assert row is not None
    data = here.vigia.cipher._unwrap(row.patient.pseudonym, row.patient.wrapped_key)  # type: ignore[attr-defined]
    needles = Needles({}, {"data key": data, "wrapped": row.patient.wrapped_key})
    needles._forms["data key"] |= {
        base64.b64encode(data).lower(),
        data.hex().encode(),
        data.lower(),
    }
    assert needles.found_in(written(here, case, tmp_path / "b").read_bytes()) == []


def test_it_outlives_the_erasure_of_another_patient_and_new_keys(
    here: Ward, tmp_path: Path
) -> None:
    case, other = reviewed_case(here, "P-1"), reviewed_case(here, "P-2")
    old = written(here, case, tmp_path / "old", Asked(image=True))
    gone = written(here, other, tmp_path / "gone")
    here.vigia.erasure.erase(here.pseudonym("P-2"), ORDERED)
    here.vigia.key_rotation.rotate(actor="ana")
    for file in (old, gone, written(here, case, tmp_path / "new", Asked(image=True))):
        report = checked(here, file)
        assert report.integrity.good, report.integrity
        assert report.completeness.good, report.completeness
        assert "contents" not in report.not_included


def test_of_an_erased_patient_the_trail_is_left_and_it_says_so(here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    here.vigia.erasure.erase(here.pseudonym("P-1"), ORDERED)
    file = written(here, case, tmp_path / "b", Asked(image=True))
    report = checked(here, file)
    assert report.integrity.good, report.integrity
    assert report.completeness.good, report.completeness
    assert report.not_included["contents"] == report.not_included["image"] == "erased"
    assert opened(file).summary["erased"] is True
    assert Needles({"note": NOTE, "reason": REASON}, {}).found_in(file.read_bytes()) == []


def test_a_changed_row_is_found_in_the_bundle(here: Ward, tmp_path: Path) -> None:
    """The owner of the database lets a stage have given something else."""
    case, other = reviewed_case(here, "P-1"), here.case("P-1")
    with here.vigia.store.begin() as work:
        changed = text("update runs set result = :other where task = 'triage' and subject = :case")
        given = {"other": None, "case": case}
        sealed = here.vigia.vault.seal_result
        stored = work.cases.get(case)
        assert stored is not None
        run = next(one for one in work.runs.of_case(case) if one.task == "triage")
        given["other"] = sealed(stored, run.task, {"urgency": "routine"})  # type: ignore[arg-type]
        work._connection.execute(changed, given)
        work.commit()
    report = checked(here, written(here, case, tmp_path / "b"))
    assert Problem.DIFFERS in {one.problem for one in report.integrity.findings}
    assert checked(here, written(here, other, tmp_path / "o")).integrity.good


@pytest.mark.parametrize("event", ["review.corrected", "alert.acknowledged", "run.started"])
def test_an_entry_that_was_never_chained_is_missed(event: str, here: Ward, tmp_path: Path) -> None:
    case = reviewed_case(here, "P-1")
    with here.vigia.store.begin() as work:
        if work._connection.dialect.name == "sqlite":
            work._connection.execute(text("drop trigger audit_no_delete"))
        else:
            work._connection.execute(text("alter table audit disable trigger user"))
        gone = text(
            "delete from audit where id = (select max(id) from audit where event = :event"
            " and subject = :case)"
        )
        assert work._connection.execute(gone, {"event": event, "case": case}).rowcount == 1
        work.commit()
    report = checked(here, written(here, case, tmp_path / "b"))
    assert any(
        one.problem == Problem.NO_ENTRY and one.about.startswith(event)
        for one in report.completeness.findings
    )


def test_it_extends_a_checkpoint_kept_elsewhere(here: Ward, tmp_path: Path) -> None:
    here.case("P-0")
    here.vigia.chainer.seal()
    folder = here.vigia.settings.checkpoint_folder
    kept = tmp_path / "kept.note"
    kept.write_bytes(max(folder.rglob("*.note"), key=lambda one: one.name).read_bytes())
    keys = [here.vigia.signer.public]
    case = here.case("P-1")
    bare = written(here, case, tmp_path / "bare")
    with pytest.raises(BadNoteError, match="--extends"):
        check_bundle(bare, keys, kept)
    asked = Asked(known=last_checkpoint(kept, keys))
    report = check_bundle(written(here, case, tmp_path / "b", asked), keys, kept)
    assert report.integrity.good
    assert report.compared


def test_what_does_not_exist_or_is_not_signed_for_is_refused(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError):
        here.vigia.evidence.bundle(str(uuid7()), Asked(), actor="ana")
    case = here.case("P-1")
    monkeypatch.setattr(evidence, "PAUSES_S", (0.0,))
    monkeypatch.setattr(type(here.vigia.chainer), "sign", lambda *_: False)
    with pytest.raises(NotPossibleError, match=r"bundle\.written"):
        here.vigia.evidence.bundle(case, Asked(), actor="ana")
