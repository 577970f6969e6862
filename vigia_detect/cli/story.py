"""Tells what happens to an alert, line by line, and draws it as a timeline."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vigia_detect.domain.alert_story import Moment, What

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        What.OPENED: "alerta abierta",
        What.ESCALATED: "nadie la ha tomado: se avisa al paso {step}",
        What.REPEATED: "nadie la ha tomado: se avisa otra vez",
        What.ACCEPTED: "aviso aceptado para {who} por {channel} (paso {step})",
        What.REFUSED: "aviso NO aceptado para {who} por {channel} (paso {step})",
        What.WITHDRAWN: "aviso retirado antes de enviarse: {who} por {channel} (paso {step})",
        What.ACKNOWLEDGED: "{who} la tomó",
        What.DECLINED: "{who}: no es mío",
        What.ACTED: "{who} actuó",
        What.CLOSED: "{who} la cerró",
        "drill_begins": "SIMULACRO {alert_id}: se avisa a las personas de turno. Se espera una "
        "respuesta hasta {seconds:g} s; Ctrl-C lo cierra antes.",
        "drill_closed": "Simulacro cerrado: no se avisa a nadie más.",
        "drill_passed": "Bien: primer aviso aceptado a los {told:.1f} s; {by} respondió a los "
        "{answered:.1f} s.",
        "only_inbox": "Atención: todos los avisos van solo a la bandeja de Vigia, que no suena. "
        "Falta el archivo del hospital (VIGIA_ESCALATION_FILE).",
        "not_accepted": "FALLA: ningún canal que suene aceptó el aviso. Revise con `vigia doctor`.",
        "accepted_late": "FALLA: el primer aviso se aceptó después de {limit:g} s.",
        "not_acknowledged": "FALLA: nadie respondió a tiempo.",
    },
    "en": {
        What.OPENED: "alert opened",
        What.ESCALATED: "nobody has taken it on: step {step} is told",
        What.REPEATED: "nobody has taken it on: told once more",
        What.ACCEPTED: "message accepted for {who} by {channel} (step {step})",
        What.REFUSED: "message NOT accepted for {who} by {channel} (step {step})",
        What.WITHDRAWN: "message withdrawn unsent: {who} by {channel} (step {step})",
        What.ACKNOWLEDGED: "{who} took it on",
        What.DECLINED: "{who}: not mine",
        What.ACTED: "{who} acted",
        What.CLOSED: "{who} closed it",
        "drill_begins": "DRILL {alert_id}: the people on duty are told. An answer is waited for "
        "up to {seconds:g} s; Ctrl-C closes it before.",
        "drill_closed": "Drill closed: nobody is told any more.",
        "drill_passed": "Well: first message accepted after {told:.1f} s; {by} answered after "
        "{answered:.1f} s.",
        "only_inbox": "Beware: all messages go to Vigia's inbox only, which does not ring. The "
        "hospital's file is missing (VIGIA_ESCALATION_FILE).",
        "not_accepted": "FAILED: no channel that rings accepted the message. Look with `vigia "
        "doctor`.",
        "accepted_late": "FAILED: the first message was accepted after {limit:g} s.",
        "not_acknowledged": "FAILED: nobody answered in time.",
    },
}
WIDTH = 32
MARKS: Mapping[str, tuple[str, str]] = {
    What.OPENED: ("●", "red"),
    What.ESCALATED: ("▲", "yellow"),
    What.REPEATED: ("▲", "yellow"),
    What.ACCEPTED: ("✉", "cyan"),
    What.REFUSED: ("✗", "red"),
    What.WITHDRAWN: ("○", "dim"),
    What.ACKNOWLEDGED: ("✓", "green"),
    What.DECLINED: ("↷", "yellow"),
    What.ACTED: ("✓", "bold green"),
    What.CLOSED: ("■", "green"),
}


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)


class Storyteller:
    """Prints each moment once."""

    def __init__(self, console: Console, lang: str) -> None:
        self._console = console
        self._lang = lang
        self._told: set[Moment] = set()

    def tell(self, moments: Sequence[Moment]) -> None:
        """Print those that were not there before."""
        for moment in moments:
            if moment not in self._told:
                self._told.add(moment)
                self._console.print(line(moment, self._lang))


def line(moment: Moment, lang: str) -> Text:
    """Return one moment as a line."""
    mark, style = MARKS[moment.what]
    return Text.assemble(f"{_seconds(moment):>8} ", (mark, style), " ", words(moment, lang))


def words(moment: Moment, lang: str) -> str:
    """Return what happened."""
    values = {"who": moment.who, "channel": moment.channel, "step": moment.step}
    return say(lang, moment.what, **values)


def timeline(moments: Sequence[Moment], lang: str) -> Table:
    """Return a drawing: a line a moment, its mark as far to the right as it was late."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for moment, place in zip(moments, _places(moments), strict=True):
        mark, style = MARKS[moment.what]
        drawn = Text.assemble(("─" * place, "dim"), (mark, style))
        table.add_row(_seconds(moment), drawn, words(moment, lang))
    return table


def _places(moments: Sequence[Moment]) -> Iterator[int]:
    longest = max((one.after_s or 0.0 for one in moments), default=0.0) or 1.0
    for moment in moments:
        late = longest if moment.after_s is None else moment.after_s
        yield round(WIDTH * late / longest)


def _seconds(moment: Moment) -> str:
    return "?" if moment.after_s is None else f"{moment.after_s:.1f} s"
