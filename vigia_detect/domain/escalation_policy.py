"""How an alert goes on while nobody answers: pure functions of a policy and what has happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from vigia_detect.domain.on_call import NOTHING_UNKNOWN, Directory
from vigia_detect.domain.quiet import QuietHours, quiet_until
from vigia_detect.domain.triage import Urgency


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told when.

    Attributes:
        after_s: seconds after the alert opened.
        roles: who.
        channels: `all`: by every contact at once; `in_order`: by the first, and by the next when
            a provider did not accept it in time.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    after_s: float
    roles: tuple[str, ...]
    channels: Literal["all", "in_order"] = "in_order"


@dataclass(frozen=True, slots=True)
class Policy:
    """How alerts of one kind escalate. All times are seconds.

    Attributes:
        severity: how urgent its notifications are; only routine ones may be held back.
        steps: in the order of their times; the first one's is 0.
        accept_within_s: no provider has accepted by then: the next channel is used.
        nobody_after_s: after the opening; then everybody is told again, and the system says that
            nobody answered.
        repeat_every_s: between two such repetitions from then on.
        act_within_s: after the acknowledgement; then the alert is open again.
        fallback: the role that is told when nobody is on duty.
        quiet_hours: in which its notifications wait; only a routine policy may have them.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    severity: Urgency
    steps: tuple[Step, ...]
    accept_within_s: float
    nobody_after_s: float
    repeat_every_s: float
    act_within_s: float
    fallback: str
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an alert was opened with; it stays so whatever the files say later.

    Attributes:
        version: names the policies' data.
        lang: of the texts.
    """

    version: str
    lang: Literal["es", "en"]
    policy: Policy
    directory: Directory

    def held_until(self, now: float) -> float | None:
        """Return until when a notification waits (`now`: not at all); None: it never does.

        What is urgent never waits, even if a file could say so.
        """
        routine = self.policy.severity == Urgency.ROUTINE
        return quiet_until(self.policy.quiet_hours, self.directory, now) if routine else None


@dataclass(frozen=True, slots=True)
class Book:
    """All policies, with the people that they name."""

    version: str
    directory: Directory
    policies: Mapping[str, Policy]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an open alert has come. Times are Unix seconds.

    Attributes:
        began_at: when it opened, or opened again.
        told_at: when it last told anybody.
        step: how many steps have been told.
        repeats: how often everybody has been told again.
    """

    began_at: float
    told_at: float
    step: int = 0
    repeats: int = 0


def next_deadline(policy: Policy, progress: Progress) -> float:
    """Return when an alert that nobody has acknowledged tells the next ones. There always is one.

    Steps keep their distance when one was told early, because somebody declined; when one was
    told late, because the system was down, the later ones are not put off by that.
    """
    if progress.step == 0:
        return progress.began_at
    if progress.repeats:
        return progress.told_at + policy.repeat_every_s
    marks = (*(step.after_s for step in policy.steps), policy.nobody_after_s)
    after, before = marks[progress.step], marks[progress.step - 1]
    return min(progress.began_at + after, progress.told_at + after - before)


def advance(policy: Policy, progress: Progress, now: float) -> tuple[Progress, tuple[Step, ...]]:
    """Return the progress after the next turn, and the steps that it tells.

    After the last step every turn tells all of them.
    """
    if progress.step < len(policy.steps):
        told = (policy.steps[progress.step],)
        return replace(progress, step=progress.step + 1, told_at=now), told
    return replace(progress, repeats=progress.repeats + 1, told_at=now), policy.steps


def moves_on(progress: Progress) -> bool:
    """Tell whether a "not mine" brings the next turn at once.

    Once everybody has been told again there is nobody further to ask: then the repetition goes on
    in its time, so that one person cannot make everybody's telephone ring without end.
    """
    return progress.repeats == 0
