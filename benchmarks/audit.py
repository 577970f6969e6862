"""Measure the audit trail: chaining, proofs, export, and the verifier as a process of its own.

`python benchmarks/audit.py --entries 1000000` (some minutes; a throw-away SQLite database).
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import new_case_id
from vigia_detect.settings import Settings
from vigia_detect.trail.merkle import leaf_hash
from vigia_detect.trail.proofs import includes

BATCH = 5_000
PROOFS = 50
PER_CASE = 20


@contextmanager
def timed(what: str, entries: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {wall:.1f} s, {entries / wall:,.0f} entries/s; CPU {cpu:.1f} s", flush=True)


def write(vigia: Vigia, entries: int) -> None:
    for start in range(0, entries, BATCH):
        with vigia.store.begin(relaxed=True) as work:
            subject = ""
            for number in range(start, min(entries, start + BATCH)):
                if number % PER_CASE == 0:
                    subject = new_case_id()
                detail = {"how": "link", "latency_s": number / 7}
                entry = AuditEntry(AuditEvent.ALERT_ACTED, subject, "Dr. Soto", detail=detail)
                work.audit.write([entry])
            work.commit()


def prove(vigia: Vigia, entries: int) -> list[float]:
    """Return the milliseconds of processor time of some proofs, each on its own."""
    taken = []
    for number in range(PROOFS):
        start = time.process_time()
        found = vigia.trail.prove(1 + number * (entries - 1) // PROOFS, vigia.signer.public)
        taken.append(1000 * (time.process_time() - start))
        size, root = found.checkpoint.size, found.checkpoint.root
        if not includes(leaf_hash(found.data), found.position, size, found.proof, root):
            raise AssertionError("a proof does not hold")
    return taken


def check(folder: Path) -> tuple[float, int]:
    """Return the processor seconds and peak kB of the verifier's process."""
    command = [sys.executable, "-m", "vigia_detect.trail", str(folder / "trail.jsonl")]
    command += ["--public-key", str(folder / "audit.pub"), "--checkpoint", str(folder / "audit")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_maxrss


def measure(folder: Path, entries: int) -> None:
    settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'vigia.db'}")
    vigia = Vigia(settings)
    vigia.store.upgrade()
    with timed("append", entries):
        write(vigia, entries)
    with timed("chain", entries):
        vigia.chainer.seal()
    taken = prove(vigia, entries)
    print(
        f"proof: CPU median {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms",
        flush=True,
    )
    with (
        timed("export", entries),
        vigia.store.export_trail(vigia.signer.name) as lines,
        (folder / "trail.jsonl").open("wb") as file,
    ):
        file.writelines(lines)
    (folder / "audit.pub").write_text(vigia.signer.public.text)
    vigia.close()
    spent, peak = check(folder)
    print(f"verify: {entries / spent:,.0f} entries/s of CPU; peak memory {peak / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("CELERY_", "VIGIA_", "REDIS_"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="vigia-audit-") as folder:
        measure(Path(folder), options.entries)


if __name__ == "__main__":
    main()
