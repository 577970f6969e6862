"""Which servers' certificates are believed."""

import ssl
from pathlib import Path

from vigia_detect.errors import ConfigurationError


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies certificate and host name.

    Args:
        ca_file: PEM certificates trusted besides the system's, if any.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # SSLError is one
            raise ConfigurationError("VIGIA_CA_FILE cannot be read as PEM certificates.") from error
    return context
