from collections import defaultdict
from collections.abc import Mapping

from vigia_detect.bootstrap import declared
from vigia_detect.core.async_pipeline import AsyncPipeline
from vigia_detect.docs import markdown
from vigia_detect.docs.commands import commands
from vigia_detect.docs.http import endpoints
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.access import QUIET, Action, Role
from vigia_detect.monitoring import cli as monitoring
from vigia_detect.security.matrix import matrix
from vigia_detect.security.policies import PolicyBook

YES, NO = "yes", "-"

HEAD = """\
Written from `vigia_detect/security/policies.cedar`, which is the one place that decides. What no
policy permits is denied, and a forbid wins over every permit. A hospital's own policies
(`VIGIA_PERMISSIONS_FILE`) may differ: `vigia permissions` shows those in force. A test asks each
cell of the table through every command, façade method and route."""

TAIL = """\
- Whoever owns `VIGIA_HOME` on this machine may do everything while `VIGIA_AUTH=local`.
- Somebody who is in the escalation file and has no account may answer the alert that they were
  sent, by link or button, and nothing else.
- Who holds roles of which one is forbidden something (operator: patient data; auditor: any
  change) does not get it from another role.
- A token made for some actions is good for no other, whatever the roles allow.
- Emergency access (`vigia glass break`) adds the actions of the group `emergency` for a while."""


def page() -> str:
    """Return `permissions.md`."""
    entries = entry_points()
    return markdown.page(
        "Permissions",
        HEAD,
        table(["Action", *map(code, Role)], _cells()),
        TAIL,
        "## Entry points",
        "Each grant is recorded with its policy, but for looks without patient data: "
        f"{codes(sorted(QUIET))}. Each refusal is.",
        table(
            ["Action", "Entry points"], ([code(one), codes(entries.get(one, ()))] for one in Action)
        ),
        "## Open to all",
        table(
            ["Entry point", "Why"],
            ([code(name), why] for name, why in points() if not isinstance(why, Action)),
        ),
    )


def _cells() -> list[list[str]]:
    return [
        [code(action), *(YES if row[role].allowed else NO for role in Role)]
        for action, row in matrix(PolicyBook()).items()
    ]


def entry_points() -> Mapping[Action, list[str]]:
    """Return what needs each action."""
    found: dict[Action, list[str]] = defaultdict(list)
    for name, what in points():
        if isinstance(what, Action):
            found[what].append(name)
    return found


def points() -> list[tuple[str, Action | str | None]]:
    """Return every entry point with what it needs, or why it is open; None: it says nothing."""
    methods = {name: one for name, one in vars(AsyncPipeline).items() if not name.startswith("_")}
    return [
        *((name, declared(command.callback)) for name, command in commands()),
        *((f"async_pipeline.{name}", declared(one)) for name, one in methods.items()),
        *((name, declared(one)) for name, one in endpoints()),
        ("scripts/celery_monitor.py", declared(monitoring.main)),
    ]
