"""`python -m vigia_detect.docs [--check] [FOLDER]`: write the references, or compare them."""

import argparse
import sys
from pathlib import Path

from vigia_detect.docs.pages import PAGES


def main() -> int:
    """Write every page, or with `--check` name those that differ from the code.

    Returns:
        0, or 1 when `--check` found a difference.
    """
    parser = argparse.ArgumentParser(description="The references, generated from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/reference"))
    given = parser.parse_args()
    old = [name for name in PAGES if not _is_current(given.folder / name, PAGES[name]())]
    for name in old:
        sys.stdout.write(f"{given.folder / name}\n")
        if not given.check:
            given.folder.mkdir(parents=True, exist_ok=True)
            (given.folder / name).write_text(PAGES[name]())
    return 1 if given.check and old else 0


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


if __name__ == "__main__":
    sys.exit(main())
