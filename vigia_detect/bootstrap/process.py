"""The parts of this process, made once."""

import os
from dataclasses import dataclass

from vigia_detect.bootstrap.parts import Vigia


@dataclass(slots=True)
class _Current:
    """This process's parts; a forked child must not use its parent's connections."""

    pid: int = 0
    vigia: Vigia | None = None


_current = _Current()


def installed() -> bool:
    """Tell whether this process has its own parts (a fork of one that has them does not)."""
    return _current.vigia is not None and _current.pid == os.getpid()


def current() -> Vigia:
    """Return this process's parts, made from the environment on first use."""
    if not installed():
        install(Vigia())
    assert _current.vigia is not None  # noqa: S101 - install() has just set it
    return _current.vigia


def install(vigia: Vigia) -> None:
    """Use these parts in this process (tests and benchmarks bring their own)."""
    _current.vigia, _current.pid = vigia, os.getpid()


def reset() -> None:
    """Forget this process's parts; whoever installed them closes them."""
    _current.vigia = None
