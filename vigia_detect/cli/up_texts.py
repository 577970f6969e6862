"""The words of `vigia up`, in Spanish and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vigia_detect.supervisor import ProcessState

Lang = Literal["es", "en"]


@dataclass(frozen=True, slots=True)
class UpTexts:
    """What the view says in one language.

    Attributes:
        columns: process, state, process number, time up, restarts, memory, what it serves.
        groups: the word for each group of counts, by the part of their keys before the dot.
        counts: the word for each key of the counts; it follows the number.
    """

    running: str
    stopping: str
    stopped: str
    unknown: str
    crash_loop: str
    lang: Lang
    start_failed: str
    ended: str
    columns: tuple[str, ...]
    states: Mapping[ProcessState, str]
    groups: Mapping[str, str]
    counts: Mapping[str, str]


_ES = UpTexts(
    running="Vigia en marcha · Ctrl-C para parar",
    stopping="Parando: se termina lo que está en curso · Ctrl-C otra vez para ir más deprisa",
    stopped="Vigia está parado",
    unknown="recuentos no disponibles",
    crash_loop="se cae una y otra vez; vea",
    lang="es",
    start_failed="no arranca",
    ended="última salida",
    columns=("Proceso", "Estado", "PID", "Activo", "Reinicios", "Memoria", "Atiende"),
    states={
        ProcessState.PENDING: "en espera",
        ProcessState.RUNNING: "en marcha",
        ProcessState.RESTARTING: "reiniciando",
        ProcessState.STOPPING: "parando",
        ProcessState.STOPPED: "parado",
    },
    groups={"case": "Casos", "run": "Etapas", "alert": "Alertas"},
    counts={
        "case.accepted": "aceptados",
        "case.processing": "en proceso",
        "case.completed": "completados",
        "case.needs_review": "por revisar",
        "case.escalated": "escalados",
        "case.failed": "fallidos",
        "run.waiting": "en espera",
        "run.ready": "listas",
        "run.running": "en curso",
        "run.done": "hechas",
        "run.failed": "fallidas",
        "alert.open": "abiertas",
        "alert.acknowledged": "confirmadas",
        "alert.acted": "atendidas",
        "alert.closed": "cerradas",
        "alert.superseded": "reemplazadas",
    },
)

_EN = UpTexts(
    running="Vigia is running · Ctrl-C to stop",
    stopping="Stopping: finishing what runs · Ctrl-C again to be faster",
    stopped="Vigia has stopped",
    unknown="counts not available",
    crash_loop="dies again and again; see",
    lang="en",
    start_failed="does not start",
    ended="last exit",
    columns=("Process", "State", "PID", "Up", "Restarts", "Memory", "Serves"),
    states={
        ProcessState.PENDING: "waiting",
        ProcessState.RUNNING: "running",
        ProcessState.RESTARTING: "restarting",
        ProcessState.STOPPING: "stopping",
        ProcessState.STOPPED: "stopped",
    },
    groups={"case": "Cases", "run": "Stage runs", "alert": "Alerts"},
    counts={
        "case.accepted": "accepted",
        "case.processing": "processing",
        "case.completed": "completed",
        "case.needs_review": "to review",
        "case.escalated": "escalated",
        "case.failed": "failed",
        "run.waiting": "waiting",
        "run.ready": "ready",
        "run.running": "running",
        "run.done": "done",
        "run.failed": "failed",
        "alert.open": "open",
        "alert.acknowledged": "acknowledged",
        "alert.acted": "acted on",
        "alert.closed": "closed",
        "alert.superseded": "superseded",
    },
)

TEXTS: Mapping[Lang, UpTexts] = MappingProxyType({"es": _ES, "en": _EN})
