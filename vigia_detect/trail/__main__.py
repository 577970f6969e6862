"""`python -m vigia_detect.trail EXPORT --public-key FILE [--checkpoint FILE] [...]`.

`python -m vigia_detect.trail bundle FILE [--public-key FILE] [--checkpoint FILE]` checks an
evidence bundle. Exit code 0: both verdicts are good; 1: a file cannot be used; 10: integrity; 11:
completeness.
"""

import argparse
import sys
from pathlib import Path

from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.evidence_texts import evidence_json, evidence_text
from vigia_detect.trail.files import check_file, read_keys
from vigia_detect.trail.findings import Verdict
from vigia_detect.trail.note import BadNoteError
from vigia_detect.trail.texts import report_json, report_text

UNUSABLE, TAMPERED, INCOMPLETE = 1, 10, 11
BUNDLE = "bundle"


def main(arguments: list[str] | None = None) -> int:
    """Verify and print; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given[:1] == [BUNDLE]:
            return _check_bundle(_bundle_options().parse_args(given[1:]))
        return _check_export(_export_options().parse_args(given))
    except (OSError, BadNoteError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE


def _check_export(options: argparse.Namespace) -> int:
    report = check_file(
        options.export, options.public_key, options.checkpoint, options.timestamp_ca
    )
    text = report_json(report) if options.json else report_text(report, options.lang)
    sys.stdout.write(text + "\n")
    return _code(report.integrity, report.completeness)


def _check_bundle(options: argparse.Namespace) -> int:
    keys = [] if options.public_key is None else read_keys(options.public_key)
    report = check_bundle(options.file, keys, options.checkpoint)
    text = evidence_json(report) if options.json else evidence_text(report, options.lang)
    sys.stdout.write(text + "\n")
    return _code(report.integrity, report.completeness)


def _code(integrity: Verdict, completeness: Verdict) -> int:
    if not integrity.good:
        return TAMPERED
    return 0 if completeness.good else INCOMPLETE


def _export_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vigia_detect.trail", description=__doc__)
    parser.add_argument("export", type=Path, help="JSON lines of `vigia audit export`")
    return _shared(parser, key_needed=True)


def _bundle_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m vigia_detect.trail {BUNDLE}")
    parser.add_argument("file", type=Path, help="evidence bundle of `vigia case bundle`")
    return _shared(parser, key_needed=False)


def _shared(parser: argparse.ArgumentParser, *, key_needed: bool) -> argparse.ArgumentParser:
    parser.add_argument(
        "--public-key", type=Path, required=key_needed, help="from `vigia audit key`"
    )
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
