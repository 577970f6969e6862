"""`python -m vigia_detect.trail EXPORT --public-key FILE [--checkpoint FILE] [...]`.

Exit code 0: both verdicts are good; 1: a file cannot be used; 10: integrity; 11: completeness.
"""

import argparse
import sys
from pathlib import Path

from vigia_detect.trail.files import check_file
from vigia_detect.trail.note import BadNoteError
from vigia_detect.trail.texts import report_json, report_text

UNUSABLE, TAMPERED, INCOMPLETE = 1, 10, 11


def main(arguments: list[str] | None = None) -> int:
    """Verify and print; return the exit code."""
    options = _options().parse_args(arguments)
    try:
        report = check_file(
            options.export, options.public_key, options.checkpoint, options.timestamp_ca
        )
    except (OSError, BadNoteError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    text = report_json(report) if options.json else report_text(report, options.lang)
    sys.stdout.write(text + "\n")
    if not report.integrity.good:
        return TAMPERED
    return 0 if report.completeness.good else INCOMPLETE


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vigia_detect.trail", description=__doc__)
    parser.add_argument("export", type=Path, help="JSON lines of `vigia audit export`")
    parser.add_argument("--public-key", type=Path, required=True, help="from `vigia audit key`")
    parser.add_argument(
        "--checkpoint", type=Path, help="a checkpoint kept elsewhere, or a folder of them"
    )
    parser.add_argument(
        "--timestamp-ca", type=Path, help="PEM certificates of the time stamping authority"
    )
    parser.add_argument("--lang", choices=["es", "en"], default="es")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


if __name__ == "__main__":
    sys.exit(main())
