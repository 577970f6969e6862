"""`scripts/celery_monitor.py`: the system's health, once or again and again."""

import argparse
import dataclasses
import sys
import time

import orjson
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current, open_to_all
from vigia_detect.monitoring.rules import Finding, Health, judge
from vigia_detect.monitoring.snapshot import Snapshot, take_snapshot

EXIT_CODES = {Health.HEALTHY: 0, Health.WARNING: 0, Health.CRITICAL: 8}
STYLES = {Health.HEALTHY: "green", Health.WARNING: "yellow", Health.CRITICAL: "bold red"}


@open_to_all("must work when nothing else does; counts, no patient data")
def main(arguments: list[str] | None = None) -> int:
    """Show the health of the system.

    Returns:
        0, or 8 when the last look found it critical.
    """
    parser = argparse.ArgumentParser(description="How Vigia's queues, workers and cases stand.")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--interval", type=float, metavar="N", help="look every N seconds")
    how.add_argument("--once", action="store_true", help="look once")
    parser.add_argument("--json", action="store_true", help="print JSON, one document a look")
    given = parser.parse_args(arguments)
    if given.interval is not None and given.interval <= 0:
        parser.error("--interval: must be more than 0 seconds")
    while True:
        health = look(as_json=given.json)
        if given.once:
            return EXIT_CODES[health]
        time.sleep(given.interval)


def look(*, as_json: bool) -> Health:
    """Take one snapshot, print it and return its health."""
    snapshot = take_snapshot(current())
    health, findings = judge(snapshot)
    if as_json:
        sys.stdout.write(orjson.dumps(as_document(snapshot, health, findings)).decode() + "\n")
        sys.stdout.flush()
    else:
        print_table(snapshot, health, findings)
    return health


def as_document(
    snapshot: Snapshot, health: Health, findings: tuple[Finding, ...]
) -> dict[str, object]:
    """Return the JSON form: `overall_status`, `findings`, and the snapshot's fields."""
    return {
        "overall_status": health,
        "findings": [dataclasses.asdict(finding) for finding in findings],
        **dataclasses.asdict(snapshot),
    }


def print_table(snapshot: Snapshot, health: Health, findings: tuple[Finding, ...]) -> None:
    """Print a snapshot for a person."""
    out = Console()
    out.print(f"overall_status: [{STYLES[health]}]{health}[/]")
    for finding in findings:
        out.print(f"  [{STYLES[finding.health]}]{finding.code}[/]: {finding.text}")
    table = Table("what", "count")
    for title, counts in (
        ("queue", snapshot.queues or {}),
        ("cases", snapshot.cases),
        ("runs", snapshot.runs),
        ("open alerts", snapshot.open_alerts),
    ):
        for name, count in counts.items():
            table.add_row(f"{title}: {name}", str(count))
    table.add_row("workers", ", ".join(snapshot.workers) or "-")
    out.print(table)
