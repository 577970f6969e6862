"""The pipeline without a part of its audit trail, to measure what that part costs.

`chained`: all of it. `entries`: they are written, but never put into their order or signed for.
`none`: nothing is written.
"""

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.stages.chainer import Chainer

PARTS = ("none", "entries", "chained")
_write = SqlAudit.write


def leave_out(audit: str) -> None:
    """Leave out what `audit` does not name, in this process from now on."""
    if audit != "chained":
        Chainer.run_forever = _nothing  # type: ignore[method-assign, assignment]
    SqlAudit.write = _nothing if audit == "none" else _write  # type: ignore[method-assign, assignment]


def _nothing(*_: object) -> None:
    """Stand in for the part that is left out."""
