from collections.abc import Iterator
from datetime import timedelta

from vigia_detect.clinical.escalation import load_escalation
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.bundle import BUNDLE
from vigia_detect.domain.escalation import ESCALATION_TARGETS, ESCALATION_TYPES, AlertKind
from vigia_detect.domain.escalation_policy import Book, Policy
from vigia_detect.domain.policy_checks import LEAST, LONGEST_QUIET

HEAD = """\
An alert is a row in the transaction of the decision that it follows from. A case has at most one
of each kind. It stays open until a named person acknowledges it; until then its deadlines tell
more people, by the policy that was in force when it opened. What leaves the house is ids and
levels, never patient data."""

OWN = """\
These are the policies that Vigia brings. The hospital's own people, roles, shifts and policies lie
over them: `VIGIA_ESCALATION_FILE`, else `escalation.yaml` in `VIGIA_HOME`. `vigia escalation check`
refuses a file that could leave somebody untold, and names the field; `vigia escalation show` says
who is on duty now. With channels `in_order` a person is told by the next contact when no provider
has accepted in time, and at once when a channel refuses; when nobody of a step can be reached, the
next step does not wait. "Not mine" tells the next step at once. When everybody has been told in
vain, a `system_error` alert says `nobody_answered`. A result that waits for a
person and has not been confirmed within 2 h (when a grave class is possible) or 8 h opens
`human_review` with the reason `not_reviewed`."""

QUIET = f"""\
A routine policy, and no other, may have `quiet_hours: {{start: "22:00", end: "07:00"}}` by the
hospital's clock (`VIGIA_TIME_ZONE`), at most {LONGEST_QUIET // timedelta(hours=1)} hours long. What
it tells in them waits for their end; then several for one person and address go as one message of
up to {BUNDLE}, a list of cases and alerts, each with its own link and none with a button. Times to
accept begin with the end of the quiet. A file that gives quiet hours to something urgent, or makes
{codes(LEAST)} less urgent than they are, is refused. Ours have none: which hours are quiet is the
hospital's to say."""


def page() -> str:
    """Return `escalations.md`."""
    book = load_escalation(None, time_zone="America/Santiago")
    return markdown.page(
        "Escalation types, channels and roles",
        HEAD,
        table(["Kind", "Channels", "Roles", "May be asked for"], map(_row, ESCALATION_TARGETS)),
        "A kind that may be asked for is an `escalation_type` of `trigger_escalation_pipeline`; "
        "any other type is an error that names these.",
        "## Who is told when",
        OWN,
        table(["Kind", "After", "Roles", "Channels"], _steps(book)),
        "## Quiet hours",
        QUIET,
        "## The other times",
        table(["Kind", "Severity", "Accept within", "Repeat every", "Act within"], _times(book)),
    )


def _row(kind: str) -> list[str]:
    target = ESCALATION_TARGETS[kind]
    asked = "yes" if kind in ESCALATION_TYPES else "no: opened by triage"
    return [code(AlertKind(kind)), codes(target.channels), codes(target.roles), asked]


def _steps(book: Book) -> Iterator[list[str]]:
    for kind, policy in book.policies.items():
        for step in policy.steps:
            yield [code(kind), _time(step.after_s), codes(step.roles), step.channels]
        yield [code(kind), _time(policy.nobody_after_s), "all of these, again", "all"]


def _times(book: Book) -> Iterator[list[str]]:
    for kind, policy in book.policies.items():
        yield [code(kind), policy.severity, *map(_time, _seconds(policy))]


def _seconds(policy: Policy) -> tuple[float, ...]:
    return policy.accept_within_s, policy.repeat_every_s, policy.act_within_s


def _time(seconds: float) -> str:
    return str(timedelta(seconds=seconds))
