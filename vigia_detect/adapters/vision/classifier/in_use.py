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
        raise InvalidModelError(f"{STATE} is damaged: choose a model again.") from error
    if found is not None and not isinstance(found, str):
        raise InvalidModelError(f"{STATE} is damaged: choose a model again.")
    return found
