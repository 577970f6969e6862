"""Serves the application until it is stopped; `vigia serve` starts this."""

import argparse

import uvicorn

from vigia_detect.api.app import create_app, parts_of
from vigia_detect.bootstrap import current
from vigia_detect.log import configure_logging, route_standard_logging

MOST_AT_ONCE = 200


def main() -> None:
    """Serve. The log says nothing about requests: their addresses are permissions."""
    parser = argparse.ArgumentParser(prog="vigia serve")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    vigia = current()
    configure_logging(vigia.settings.log_level)
    route_standard_logging(vigia.settings.log_level)
    vigia.cipher.signing_key("")  # says that the key is missing before anybody asks
    uvicorn.run(
        create_app(parts_of(vigia)),
        host=given.host,
        port=given.port,
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
