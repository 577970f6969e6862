"""Logging in by the hospital's identity provider, from a terminal."""

from collections.abc import Callable

from vigia_detect.bootstrap.parts import Vigia
from vigia_detect.errors import ConfigurationError, LoginRefusedError
from vigia_detect.security.loopback import Loopback
from vigia_detect.security.oidc import Provider
from vigia_detect.settings import Settings


def login_by_provider(vigia: Vigia, show: Callable[[str], None], *, port: int, page: str) -> str:
    """Return a session token of who logged in at the provider.

    Args:
        vigia: this process's parts.
        show: given the address that the person opens in a browser.
        port: where the browser comes back on this machine; 0: any free one.
        page: what the person reads in the browser then.

    Raises:
        ConfigurationError: no provider is set up, or it is not what it should be.
        LoginRefusedError: the login does not count.
        UnavailableError: the provider does not answer.
    """
    provider = provider_of(vigia.settings)
    door = Loopback(port, page)
    try:
        journey = provider.begin(door.address)
        show(journey.url)
        found = provider.finish(journey, door.wait(journey.state))
    except LoginRefusedError:
        vigia.login_desk.refuse_provider("provider")
        raise
    finally:
        door.close()
    return vigia.login_desk.by_subject(found)


def provider_of(settings: Settings) -> Provider:
    """Return the provider of the settings. Raises ConfigurationError when there is none."""
    if not (settings.oidc_issuer and settings.oidc_client_id):
        raise ConfigurationError("VIGIA_OIDC_ISSUER and VIGIA_OIDC_CLIENT_ID are not set.")
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
