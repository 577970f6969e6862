"""Who may answer an alert, once; on SQLite and on a real PostgreSQL server alike."""

import threading

import pytest
from deeds import ALERT, RUN, Deeds
from keyrings import ring

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.domain.ack_link import KEY_PURPOSE, new_link, sign
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.button import Button
from vigia_detect.errors import (
    AnswerRefusedError,
    ExpiredLinkError,
    ForgedLinkError,
    StorageFullError,
    UnauthorisedAnswerError,
    UsedLinkError,
)
from vigia_detect.stages.answers import NOBODY, Answers

KEY = ring(b"m" * 32).signing_key(KEY_PURPOSE)
LIFETIME_S = 3600.0


@pytest.fixture
def desk() -> Deeds:
    return Deeds()


@pytest.fixture
def answers(store: SqlStore, desk: Deeds) -> Answers:
    return Answers(
        store=store,
        take=desk.take,
        publish=desk.publish,
        key=KEY,
        lifetime_s=LIFETIME_S,
        people={"U01": "Luis Rey"},
        permit=desk.permit,
        clock=desk.clock,
    )


def entries(store: SqlStore, subject: str) -> list[AuditEntry]:
    with store.read() as work:
        return [entry for _, entry in work.audit.of_subject(subject)]


def refusal(store: SqlStore, subject: str = ALERT) -> tuple[str, object, object]:
    (entry,) = entries(store, subject)
    assert entry.event == AuditEvent.ANSWER_REFUSED
    return entry.actor, entry.detail["reason"], entry.detail["how"]


@pytest.mark.parametrize(
    ("button", "deed"),
    [
        (Button.ON_MY_WAY, AlertEvent.ACKNOWLEDGE),
        (Button.IN_PROGRESS, AlertEvent.ACT),
        (Button.NOT_MINE, AlertEvent.DECLINE),
    ],
)
def test_each_answer_does_its_deed_once(
    answers: Answers, desk: Deeds, store: SqlStore, button: Button, deed: AlertEvent
) -> None:
    token = answers.token(ALERT, "Ana Soto")
    done = answers.follow(token, button)
    assert (done.by, done.button, done.changed) == ("Ana Soto", button, True)
    assert desk.done == [(deed, ALERT, "Ana Soto", "link")]
    with pytest.raises(UsedLinkError):
        answers.follow(token, button)
    assert len(desk.done) == 1
    assert desk.published == [RUN]
    assert refusal(store) == ("Ana Soto", "used", "link")


def test_a_link_whose_answer_could_not_be_taken_is_not_used_up(
    answers: Answers, desk: Deeds
) -> None:
    token = answers.token(ALERT, "Ana Soto")
    desk.broken = True
    with pytest.raises(StorageFullError):
        answers.follow(token, Button.ON_MY_WAY)
    desk.broken = False
    assert answers.follow(token, Button.ON_MY_WAY).changed


def test_who_is_on_the_way_can_still_say_more_and_only_that(answers: Answers, desk: Deeds) -> None:
    first = answers.follow(answers.token(ALERT, "Ana Soto"), Button.ON_MY_WAY)
    assert first.again is not None
    assert answers.look(first.again).buttons == {Button.IN_PROGRESS, Button.NOT_MINE}
    second = answers.follow(first.again, Button.IN_PROGRESS)
    assert second.again is None
    assert [deed[0] for deed in desk.done] == [AlertEvent.ACKNOWLEDGE, AlertEvent.ACT]


def test_looking_uses_nothing_up_and_does_nothing(
    answers: Answers, desk: Deeds, store: SqlStore
) -> None:
    token = answers.token(ALERT, "Ana Soto")
    for _ in range(3):
        assert answers.look(token).person == "Ana Soto"
    assert desk.done == []
    assert entries(store, ALERT) == []
    answers.follow(token, Button.NOT_MINE)
    with pytest.raises(UsedLinkError):
        answers.look(token)


def test_an_expired_link_is_refused_and_recorded(
    answers: Answers, desk: Deeds, store: SqlStore
) -> None:
    token = answers.token(ALERT, "Ana Soto")
    desk.now += LIFETIME_S
    with pytest.raises(ExpiredLinkError):
        answers.look(token)
    with pytest.raises(ExpiredLinkError):
        answers.follow(token, Button.ON_MY_WAY)
    assert desk.done == []
    assert refusal(store) == ("Ana Soto", "expired", "link")


def test_an_answer_that_the_link_does_not_allow(
    answers: Answers, desk: Deeds, store: SqlStore
) -> None:
    only = new_link(ALERT, "Ana Soto", expires_at=desk.now + 60, buttons=[Button.ON_MY_WAY])
    token = sign(only, KEY)
    with pytest.raises(UnauthorisedAnswerError):
        answers.follow(token, Button.NOT_MINE)
    assert desk.done == []
    assert refusal(store) == ("Ana Soto", "unauthorised", "link")
    answers.follow(token, Button.ON_MY_WAY)  # the refused try has not used it up


@pytest.mark.parametrize("wanted", ["", "close", "ON_MY_WAY", "on_my_way "])
def test_a_word_that_is_no_answer(answers: Answers, desk: Deeds, wanted: str) -> None:
    with pytest.raises(UnauthorisedAnswerError):
        answers.follow(answers.token(ALERT, "Ana Soto"), wanted)
    assert desk.done == []


def test_a_forged_link_is_refused_and_recorded(
    answers: Answers, desk: Deeds, store: SqlStore
) -> None:
    token = answers.token(ALERT, "Ana Soto")
    forged = sign(answers.look(token), b"another key")
    for text in (forged, token[:-1], "x", ""):
        with pytest.raises(ForgedLinkError):
            answers.follow(text, Button.ON_MY_WAY)
    assert desk.done == []
    assert refusal(store, NOBODY) == (NOBODY, "forged", "link")


def test_many_forgeries_do_not_fill_the_trail_and_all_are_counted(
    answers: Answers, desk: Deeds, store: SqlStore
) -> None:
    for _ in range(100):
        with pytest.raises(ForgedLinkError):
            answers.follow("forged", Button.ON_MY_WAY)
    desk.now += 1
    with pytest.raises(ForgedLinkError):
        answers.follow("forged", Button.ON_MY_WAY)
    assert [entry.detail["count"] for entry in entries(store, NOBODY)] == [1, 100]


def test_a_button_counts_for_the_person_behind_the_user(answers: Answers, desk: Deeds) -> None:
    press = {"user": "U01", "alert_id": ALERT, "button": Button.ON_MY_WAY}
    assert answers.press(**press, signature="v0=1").by == "Luis Rey"
    assert desk.done == [(AlertEvent.ACKNOWLEDGE, ALERT, "Luis Rey", "slack")]


def test_a_button_sent_twice_counts_once(answers: Answers, desk: Deeds, store: SqlStore) -> None:
    press = {"user": "U01", "alert_id": ALERT, "button": Button.NOT_MINE}
    answers.press(**press, signature="v0=1")
    with pytest.raises(UsedLinkError):
        answers.press(**press, signature="v0=1")
    assert len(desk.done) == 1
    assert refusal(store) == ("slack:U01", "used", "slack")
    answers.press(**press, signature="v0=2")
    assert len(desk.done) == 2


def test_a_stranger_is_refused_and_recorded(answers: Answers, desk: Deeds, store: SqlStore) -> None:
    with pytest.raises(UnauthorisedAnswerError):
        answers.press(user="U99", alert_id=ALERT, button=Button.ON_MY_WAY, signature="v0=1")
    assert desk.done == []
    assert refusal(store) == ("slack:U99", "unauthorised", "slack")


def test_of_many_at_once_one_counts(answers: Answers, desk: Deeds) -> None:
    token = answers.token(ALERT, "Ana Soto")
    refused: list[AnswerRefusedError] = []
    together = threading.Barrier(8)

    def follow() -> None:
        together.wait()
        try:
            answers.follow(token, Button.NOT_MINE)
        except UsedLinkError as error:
            refused.append(error)

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.done) == 1
    assert len(refused) == 7


def test_a_used_link_is_remembered_for_its_time_and_a_day(store: SqlStore) -> None:
    with store.begin() as work:
        assert work.tokens.consume("old", expires_at=1.0)
        assert work.tokens.consume("new", expires_at=4e9)
        work.commit()
    with store.begin() as work:
        assert not work.tokens.consume("new", expires_at=4e9)
        assert work.tokens.used("new")
        assert not work.tokens.used("old")
        work.commit()


def test_a_step_undone_uses_nothing_up(store: SqlStore) -> None:
    with store.begin() as work:
        assert work.tokens.consume("n", expires_at=4e9)
    with store.begin() as work:
        assert work.tokens.consume("n", expires_at=4e9)


def test_each_purpose_has_its_own_key() -> None:
    mine = ring(b"m" * 32)
    keys = {mine.signing_key(purpose) for purpose in (KEY_PURPOSE, "other", "")}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)
    assert ring(b"n" * 32).signing_key(KEY_PURPOSE) not in keys
    assert ring(b"m" * 32).signing_key(KEY_PURPOSE) == KEY
