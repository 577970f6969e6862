"""Serves the application until it is stopped; `vigia serve` becomes this process."""

import argparse
import socket
import sys

import uvicorn

from vigia_detect.api.app import create_app, parts_of
from vigia_detect.api.slack_socket import hearing_slack
from vigia_detect.bootstrap import current
from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.log import configure_logging, route_standard_logging
from vigia_detect.phrase import Phrase

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
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(parts_of(vigia)),
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=5,
        )
    )
    with _listening(given.host, given.port, vigia.settings.lang) as door, hearing_slack(vigia):
        server.run(sockets=[door])


def _listening(host: str, port: int, lang: str) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        why = phrase_text(Phrase.why(error), lang)
        print(f"{host}:{port}: {why}", file=sys.stderr)  # noqa: T201 - a command
        sys.exit(ExitCode.CONFIGURATION)


if __name__ == "__main__":
    main()
