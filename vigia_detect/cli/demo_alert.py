"""The demo's emergency: who is told, that nobody answers at first, and who then does."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.story import Storyteller, timeline
from vigia_detect.cli.texts import say
from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.alert_story import Moment, What
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.records import StoredAlert
from vigia_detect.errors import WaitTimeoutError
from vigia_detect.stages.messages import compose

ANSWERING_STEP = 2
PATIENCE_S = 15.0
POLL_S = 0.1
THINKING_S = 1.0  # so that taking it on and having acted are two moments on the line
HOW = "demo"


class DemoAlert:
    """Tells the story of the one emergency alert, and answers it in a demo person's name."""

    def __init__(self, vigia: Vigia, console: Console) -> None:
        self._vigia = vigia
        self._console = console
        self._lang = vigia.settings.lang

    def tell(self) -> None:
        """Show it from its opening to the act.

        Raises:
            WaitTimeoutError: the second step was not told in time.
        """
        alert = self._emergency()
        self._show_message(alert)
        teller = Storyteller(self._console, self._lang)
        person = self._second_person(alert, teller)
        for event in (AlertEvent.ACKNOWLEDGE, AlertEvent.ACT):
            self._vigia.desk.answer(alert.id, Answer(event, person, HOW))
            teller.tell(self._moments(alert))
            time.sleep(THINKING_S)
        self._console.print(say(self._lang, "demo_timeline"), style="bold")
        self._console.print(Padding(timeline(self._moments(alert), self._lang), (0, 0, 1, 2)))

    def _emergency(self) -> StoredAlert:
        alerts = self._vigia.desk.alerts(limit=100)
        return next(one for one in alerts if one.kind == AlertKind.EMERGENCY)

    def _moments(self, alert: StoredAlert) -> Sequence[Moment]:
        return self._vigia.desk.story(alert.id)

    def _show_message(self, alert: StoredAlert) -> None:
        with self._vigia.store.read() as work:
            first = work.notifications.of_alert(alert.id)[0]
        message = compose(alert, first, read_plan(alert.plan), link=None)
        to = say(self._lang, "demo_message", who=first.to.name, channel=first.to.channel)
        self._console.print(to)
        self._console.print(Padding(f"{message.title}\n{message.body}", (0, 0, 1, 4)), style="dim")

    def _second_person(self, alert: StoredAlert, teller: Storyteller) -> str:
        """Answer for nobody until the second step has been told; return whom it told."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            moments = self._moments(alert)
            teller.tell(moments)
            for moment in moments:
                if moment.what == What.ACCEPTED and moment.step == ANSWERING_STEP:
                    return moment.who
            time.sleep(POLL_S)
        raise WaitTimeoutError(
            "Alert {alert} was not escalated within {seconds:g} s.",
            alert=alert.id,
            seconds=PATIENCE_S,
        )
