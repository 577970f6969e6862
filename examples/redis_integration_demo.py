#!/usr/bin/env python3
"""What the broker does for Vigia: `redis_integration_demo.py --quick | --async`.

Both start everything they need in a temporary folder and leave nothing behind. `--quick` starts
the broker alone, asks the protocols twice, so that the second answer comes from the cache, and
works on one case in this process, step by step. `--async` starts a whole system and goes through
the façade, as a hospital's own program would.
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
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.ids import CaseId, run_id
from vigia_detect.domain.language_model import ModelReply, ModelRequest
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.search import Filters
from vigia_detect.domain.stages import Stage
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.log import configure_logging
from vigia_detect.stages.librarian import Librarian, Writer
from vigia_detect.testing import draw_wound

PATIENT_CODE = "DEMO-001"
CONTEXT = {"age": 75, "diabetes": True}
TIMEOUT_S = 60
READ_ALOUD = "sin modelo: el primer pasaje, leído"
QUESTIONS = ("¿Costra negra dura en el talón: la saco?", "costra negra dura en el talon la saco")
"""The same question twice, as two people would type it."""

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
            show_search(vigia)
            show_cache(vigia, broker)
            work_on_a_case(vigia)
        finally:
            vigia.close()
            broker.stop()


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


def show_search(vigia: Vigia) -> None:
    """Print the passage that answers a question in everyday words."""
    vigia.passage_search.search(QUESTIONS[0], Filters())  # loads its network and makes its index
    began = time.perf_counter()
    best, *_ = vigia.passage_search.search(QUESTIONS[0], Filters())
    milliseconds = (time.perf_counter() - began) * 1000
    text = vigia.protocols[best.passage_id].text("es")
    console.print(f"✓ búsqueda en protocolos: {QUESTIONS[0]}")
    console.print(f"    {text.title} ({best.passage_id}), en {milliseconds:.1f} ms")
    console.print(f"    {text.statements[0].text}")


class ReadsAloud:
    """Stands where a language model would: it answers with the first statement that it is given."""

    def say(self, request: ModelRequest, *, within_s: float) -> ModelReply:
        """Return the statement, citing it."""
        del within_s
        line = next(line for line in request.user.splitlines() if line.startswith("[S1]"))
        statement = line.removeprefix("[S1] ").rpartition(" (")[0]
        content: JsonObject = {"sentences": [{"text": statement, "cites": ["S1"]}]}
        return ModelReply(content, READ_ALOUD, seconds=0.0)

    def models(self, *, within_s: float) -> tuple[str, ...]:
        """Return what stands for its name."""
        del within_s
        return (READ_ALOUD,)

    def close(self) -> None:
        """Do nothing."""


def show_cache(vigia: Vigia, broker: EmbeddedBroker) -> None:
    """Answer a question twice, and print what the server sees of it."""
    model = vigia.language_model or ReadsAloud()
    settings = vigia.settings
    writer = Writer(
        model, server=settings.llm_base_url, named=settings.llm_model, cache=vigia.answer_cache
    )
    librarian = Librarian(vigia.protocols, vigia.passage_search, writer)
    for question in QUESTIONS:
        began = time.perf_counter()
        answer = librarian.ask(question, Filters(), "es", within_s=vigia.settings.llm_timeout_s)
        milliseconds = (time.perf_counter() - began) * 1000
        found = "acierto" if answer.kept else "no estaba"
        console.print(f"✓ caché de respuestas: {found}, {milliseconds:.1f} ms ({question})")
    console.print(f"    respondió: {answer.made_by.get('model', 'nadie')}")
    with broker.client() as client:
        for name in client.scan_iter("vigia:answer:*"):
            kept = client.get(name) or b""
            readable = any(one.text.encode() in kept for one in answer.sentences)
            console.print(
                f"✓ en el servidor: {len(kept)} bytes, "
                + ("¡LEGIBLES!" if readable else "cifrados, bajo un nombre que no dice nada")
            )
    rates = vigia.answer_cache.rates()
    console.print(f"✓ aciertos: {rates.hits} de {rates.hits + rates.misses}")


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
    part.add_argument("--quick", action="store_true", help="servidor, caché, protocolos y un caso")
    part.add_argument("--async", action="store_true", dest="facade", help="un sistema completo")
    given = parser.parse_args()
    configure_logging("warning")
    through_the_facade() if given.facade else quick()
    return 0


if __name__ == "__main__":
    sys.exit(main())
