"""`vigia assess`: the rules applied to a case in a file; no image, broker or database."""

import json
import sys
from pathlib import Path

from vigia_detect.cli.json_file import read_object
from vigia_detect.clinical import assess, load_rules, parse_case
from vigia_detect.clinical.report import report
from vigia_detect.phrase import Phrase
from vigia_detect.settings import load_settings


def show(path: Path, *, as_json: bool, profile: Path | None, lang: str | None) -> None:
    """Print what the rules find in the case of a file.

    Raises:
        InvalidContextError: the case is wrong; one problem per field, never the patient's text.
        ConfigurationError: the profile does not fit.
    """
    document = read_object(path, Phrase("case file"))
    if lang is not None:
        document["lang"] = lang
    case = parse_case(document)
    found = assess(case, load_rules(profile or load_settings().profile))
    if as_json:
        answer = found.model_dump(mode="json", by_alias=True)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(report(found, case.lang))
