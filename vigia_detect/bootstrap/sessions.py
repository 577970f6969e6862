"""The token that this process shows: of the environment, else of the last `vigia login`."""

from vigia_detect.errors import ConfigurationError
from vigia_detect.files import private_dir, write_atomically
from vigia_detect.settings import Settings

OTHERS = 0o077


def shown_token(settings: Settings) -> str | None:
    """Return the token, or None when there is none.

    Raises:
        ConfigurationError: others could have read the file of the login.
    """
    if settings.token is not None:
        return settings.token.get_secret_value()
    file = settings.session_file
    try:
        mode, token = file.stat().st_mode, file.read_text().strip()
    except (OSError, ValueError):  # no such file, or Vigia's folder is no folder
        return None
    if mode & OTHERS:
        raise ConfigurationError(
            "Others can read {file}: `vigia logout`, then `vigia login`.", file=file
        )
    return token


def keep_session(settings: Settings, token: str) -> None:
    """Keep the token of a login, for this user alone."""
    private_dir(settings.root)
    write_atomically(settings.session_file, token.encode())


def forget_session(settings: Settings) -> None:
    """Forget the login of this user on this machine."""
    settings.session_file.unlink(missing_ok=True)
