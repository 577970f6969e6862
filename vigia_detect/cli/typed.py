"""Secrets that a person types, or a script writes to standard input: never an argument."""

import getpass
import sys


def read_secret(prompt: str) -> str:
    """Return a line that is not shown while it is typed; a script gives it on standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{prompt}: ")
    return sys.stdin.readline().rstrip("\n")
