"""The parts that reach people, and see that somebody answers."""

from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.entering import EnteringParts
from vigia_detect.bootstrap.narrating import NarratingParts
from vigia_detect.domain.ids import AlertId

if TYPE_CHECKING:
    from vigia_detect.adapters.notify.slack import SlackChannel
    from vigia_detect.adapters.notify.slack_socket import Handle, SlackSocket
    from vigia_detect.alert_ports import Channels
    from vigia_detect.domain.notification import Message, Recipient
    from vigia_detect.stages.answers import Answers
    from vigia_detect.stages.dead_letters import DeadLetters
    from vigia_detect.stages.drill import Drill
    from vigia_detect.stages.failure_watch import FailureWatch
    from vigia_detect.stages.notify import NotificationRunner
    from vigia_detect.stages.nudge import Nudge
    from vigia_detect.stages.sweeper import Sweeper
    from vigia_detect.stages.watchdog import Watchdog


class AlertingParts(EnteringParts, NarratingParts):
    """Part of `Vigia`: notifications, answers, deadlines, failures, drills."""

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        """What was given up, and asking for it again."""
        from vigia_detect.stages.dead_letters import DeadLetters

        return DeadLetters(
            store=self.store, relay=self.relay, vault=self.vault, policies=self.policies
        )

    @cached_property
    def notifications(self) -> "NotificationRunner":
        """Delivers notifications."""
        from vigia_detect.stages.notify import NotificationRunner

        return NotificationRunner(
            store=self.store,
            relay=self.relay,
            channels=self.channels,
            failures=self.failures,
            leases=self.leases,
            link_for=self.link_for,
        )

    def link_for(self, message: "Message", to: "Recipient") -> str | None:
        """Return the link by which `to` can answer, or None when no address of ours is known."""
        if not self.settings.public_url:
            return None
        token = self.answers.token(AlertId(message.alert_id), to.name)
        return f"{self.settings.public_url.rstrip('/')}/a/{token}"

    @cached_property
    def answers(self) -> "Answers":
        """Takes people's answers from links and Slack's buttons."""
        from vigia_detect.domain.ack_link import KEY_PURPOSE
        from vigia_detect.stages.answers import Answers, slack_users

        known = slack_users(self.escalation_book.directory)
        return Answers(
            store=self.store,
            take=self.escalator.answer,
            publish=self.relay.send,
            key=self.cipher.signing_key(KEY_PURPOSE),
            lifetime_s=self.settings.ack_link_s,
            people={**known, **self.settings.people_of_slack},
            permit=self.permit_answer,
        )

    @cached_property
    def slack(self) -> "SlackChannel":
        """Slack. Raises ChannelPermanentError when it is not set up."""
        from vigia_detect.adapters.notify.channels import make_slack

        return make_slack(self.settings)

    def slack_socket(self, handle: "Handle") -> "SlackSocket":
        """Return what hears Slack's buttons without being reachable; ChannelPermanentError."""
        from vigia_detect.adapters.notify.channels import make_slack_socket

        return make_slack_socket(self.settings, handle)

    @cached_property
    def channels(self) -> "Channels":
        """The ways to reach people."""
        if self._channels is not None:
            return self._channels
        from vigia_detect.adapters.notify.channels import make_channels

        return make_channels(self.settings)

    def channels_missing(self) -> tuple[str, ...]:
        """Return what is not set up of the channels by which the escalation file tells people."""
        from vigia_detect.adapters.notify.channels import make_channels

        return make_channels(self.settings).missing(self.escalation_book.directory.channels())

    @cached_property
    def sweeper(self) -> "Sweeper":
        """Puts right what was lost."""
        from vigia_detect.stages.sweeper import Sweeper

        return Sweeper(
            store=self.store,
            relay=self.relay,
            publisher=self.publisher,
            failures=self.failures,
            escalator=self.escalator,
        )

    @cached_property
    def failure_watch(self) -> "FailureWatch":
        """Sees that failures become more."""
        from vigia_detect.domain.failure_rate import RateLimits
        from vigia_detect.stages.failure_watch import FailureWatch

        own = self.settings
        return FailureWatch(
            store=self.store,
            relay=self.relay,
            escalator=self.escalator,
            limits=RateLimits(own.failure_window_s, own.failure_rate, own.failure_least),
        )

    @cached_property
    def watchdog(self) -> "Watchdog":
        """Proves that what was due has fired."""
        from vigia_detect.adapters.heartbeat import HttpHeartbeat
        from vigia_detect.stages.watchdog import Watchdog

        url = self.settings.heartbeat_url
        return Watchdog(
            store=self.store,
            relay=self.relay,
            escalator=self.escalator,
            heartbeat=HttpHeartbeat(url) if url else None,
            every_s=self.settings.heartbeat_s,
        )

    @cached_property
    def nudge(self) -> "Nudge":
        """Tells people by one more channel."""
        from vigia_detect.stages.nudge import Nudge

        return Nudge(store=self.store, relay=self.relay, escalator=self.escalator)

    def new_drill(self) -> "Drill":
        """Return an exercise that has not begun."""
        from vigia_detect.stages.drill import Drill

        return Drill(store=self.store, relay=self.relay, escalator=self.escalator)
