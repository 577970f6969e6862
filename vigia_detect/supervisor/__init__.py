"""Keeps a tree of processes alive and ends it cleanly. It does not know what they do."""

from vigia_detect.supervisor.spec import ProcessSpec, RestartPolicy
from vigia_detect.supervisor.status import ProcessState, ProcessStatus, Snapshot, read_status
from vigia_detect.supervisor.supervisor import Supervisor

__all__ = [
    "ProcessSpec",
    "ProcessState",
    "ProcessStatus",
    "RestartPolicy",
    "Snapshot",
    "Supervisor",
    "read_status",
]
