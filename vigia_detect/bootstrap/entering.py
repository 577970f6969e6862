"""The parts that say who may come in."""

from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.basic import BasicParts
from vigia_detect.domain.ids import is_case_id
from vigia_detect.errors import (
    PermissionDeniedError,
    UnauthorisedAnswerError,
)

if TYPE_CHECKING:
    from vigia_detect.security.door import Door
    from vigia_detect.security.glass import GlassCase
    from vigia_detect.security.login import LoginDesk
    from vigia_detect.security.registry import Registry


class EnteringParts(BasicParts):
    """Part of `Vigia`: people, logins, permissions."""

    @cached_property
    def door(self) -> "Door":
        """Whom every entry point asks."""
        from vigia_detect.bootstrap.sessions import shown_token
        from vigia_detect.security.door import Door
        from vigia_detect.security.policies import PolicyBook

        return Door(
            store=lambda: self.store,
            book=PolicyBook(self.settings.own_permissions),
            home=self.settings.root,
            local=self.settings.auth == "local",
            shown=lambda: shown_token(self.settings),
        )

    @cached_property
    def registry(self) -> "Registry":
        """The hospital's people and their tokens."""
        from vigia_detect.security.registry import Registry

        return Registry(self.store, lambda: self.cipher)

    @cached_property
    def login_desk(self) -> "LoginDesk":
        """Where people log in."""
        from vigia_detect.security.login import LoginDesk

        return LoginDesk(self.store, lambda: self.cipher, session_s=self.settings.session_s)

    @cached_property
    def glass_case(self) -> "GlassCase":
        """Emergency access."""
        from vigia_detect.security.glass import GlassCase

        return GlassCase(self.store, lambda: self.cipher)

    def permit_answer(self, person: str, how: str, alert_id: str) -> None:
        """Let somebody answer an alert by link or button. Raises UnauthorisedAnswerError."""
        about = alert_id if is_case_id(alert_id) else ""
        try:
            self.door.answerer(person, how=how, about=about)
        except PermissionDeniedError as error:
            raise UnauthorisedAnswerError("This person may not answer alerts.") from error
