"""Ends the processes of a supervisor that was killed. Run as a script: standard library only.

It reads its supervisor's pipe. Each line is the list of processes to end, each the leader of a
group of its own; the last line holds. The end of the pipe means that the supervisor is gone: the
leaders are asked to finish (SIGTERM), and after a grace their groups are killed. A signal that
the kernel sends at a parent's death would reach the leaders only, not what they started.

Usage: guard.py GRACE_SECONDS
"""

import contextlib
import os
import signal
import sys
import time

POLL_S = 0.05


def main() -> None:
    """Wait for the supervisor's end, then end what it left."""
    leaders: list[int] = []
    for line in sys.stdin:
        leaders = [int(word) for word in line.split()]
    end(leaders, float(sys.argv[1]))


def end(leaders: list[int], grace_s: float) -> None:
    """Ask each leader to finish; kill the groups that are left after `grace_s` seconds."""
    for leader in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    # A group that has gone is dropped at once: its number may be given to somebody else's.
    while (leaders := [leader for leader in leaders if group_exists(leader)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(POLL_S)
    for leader in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)


def group_exists(leader: int) -> bool:
    """Tell whether any process of the group is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
