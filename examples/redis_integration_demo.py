#!/usr/bin/env python3
"""What the broker does for Vigia: `redis_integration_demo.py --quick | --async`.

Both start everything they need in a temporary folder and leave nothing behind. `--quick` starts
the broker alone and works on one case in this process, step by step. `--async` starts a whole
system and goes through the façade, as a hospital's own program would.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.show import print_report
from vigia_detect.cli.throwaway import prepared, throw_away_settings, throw_away_system
from vigia_detect.core.async_pipeline import async_pipeline
from vigia_detect.domain.ids import CaseId, run_id
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.log import configure_logging
from vigia_detect.testing import draw_wound

PATIENT_CODE = "DEMO-001"
CONTEXT = {"age": 75, "diabetes": True}
TIMEOUT_S = 60
NOT_INSTALLED = ("caché de respuestas clínicas", "búsqueda en protocolos médicos")
"""They come with the knowledge capability; until then nothing is shown in their place."""

console = Console(highlight=False)


def quick() -> None:
    """Show the broker, and one case worked on in this process."""
    with tempfile.TemporaryDirectory(prefix="vigia-") as folder:
        broker = EmbeddedBroker(Path(folder))
        broker.start()
        vigia = prepared(throw_away_settings(Path(folder)))
        try:
            show_broker(broker)
            show_queues(vigia)
            work_on_a_case(vigia)
        finally:
            vigia.close()
            broker.stop()
    for name in NOT_INSTALLED:
        console.print(f"✗ {name}: todavía no instalada")


def show_broker(broker: EmbeddedBroker) -> None:
    """Print which server answers, and how fast."""
    with broker.client() as client:
        server = client.info("server")
        began = time.perf_counter()
        client.ping()
        milliseconds = (time.perf_counter() - began) * 1000
    version = server.get("valkey_version") or server["redis_version"]
    console.print(f"✓ servidor de mensajes {version}: responde en {milliseconds:.2f} ms")


def show_queues(vigia: Vigia) -> None:
    """Print how many messages wait in each queue."""
    waiting = "  ".join(f"{name}: {count}" for name, count in vigia.publisher.depths().items())
    console.print(f"✓ mensajes en espera: {waiting}")


def work_on_a_case(vigia: Vigia) -> None:
    """Accept a drawn picture, then run its stages here instead of in workers."""
    accepted = vigia.intake.accept(
        Submission(
            image=draw_wound(1),
            patient_code=PATIENT_CODE,
            context=CONTEXT,
            options=Options(),
            actor="demo",
        )
    )
    console.print(f"✓ caso aceptado: {accepted.case_id}")
    show_queues(vigia)
    for stage in Stage:
        # what an earlier call has brought on already is out of date here, and does nothing
        vigia.runner.run(run_id(accepted.case_id, stage), 0)
    for run in vigia.desk.status(accepted.case_id).runs:
        milliseconds = ((run.finished_at or 0.0) - (run.started_at or 0.0)) * 1000
        console.print(f"✓ {run.task}: {run.state.value}, {milliseconds:.0f} ms")
    show_result(vigia, accepted.case_id)


def through_the_facade() -> None:
    """Submit to a whole system, wait for the end, show the result."""
    with throw_away_system() as vigia, tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "wound.jpg"
        picture.write_bytes(draw_wound(1))
        case = async_pipeline.process_medical_case_async(picture, PATIENT_CODE, CONTEXT)
        console.print(f"✓ caso aceptado: {case['pipeline_id']}; sus tareas:")
        for name, task_id in case["task_ids"].items():
            console.print(f"    {name:18}{task_id}")
        status = async_pipeline.wait_for_pipeline_completion(case["pipeline_id"], timeout=TIMEOUT_S)
        done = f"{status['completed_tasks']} de {status['total_tasks']} tareas"
        console.print(f"✓ {status['overall_status']} ({status['status_code']}), {done}")
        show_result(vigia, CaseId(case["pipeline_id"]))


def show_result(vigia: Vigia, case_id: CaseId) -> None:
    """Print a case's report as `vigia case` does."""
    print_report(vigia.desk.report(case_id, actor="demo"), vigia.settings.lang, console)


def main() -> int:
    """Run the part that was asked for."""
    parser = argparse.ArgumentParser(description="Vigia y su servidor de mensajes.")
    part = parser.add_mutually_exclusive_group(required=True)
    part.add_argument("--quick", action="store_true", help="servidor y un caso, en este proceso")
    part.add_argument("--async", action="store_true", dest="facade", help="un sistema completo")
    given = parser.parse_args()
    configure_logging("warning")
    through_the_facade() if given.facade else quick()
    return 0


if __name__ == "__main__":
    sys.exit(main())
