"""Which of the installed classifiers is in use: a small note in their folder."""

import json
from pathlib import Path

from vigia_detect.errors import InvalidModelError

STATE = "active.json"


def active_id(folder: Path) -> str | None:
    """Return the id of the model in use, None when none is.

    Raises:
        InvalidModelError: the note is damaged.
    """
    try:
        found = json.loads((folder / STATE).read_bytes())["active"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InvalidModelError("{state} is damaged: choose a model again.", state=STATE) from error
    if found is not None and not isinstance(found, str):
        raise InvalidModelError("{state} is damaged: choose a model again.", state=STATE)
    return found
