"""The real application under a real uvicorn on loopback, in a thread."""

import contextlib
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


@contextlib.contextmanager
def web_host(app: ASGIApp) -> Iterator[str]:
    """Serve until the block ends; yield the base URL without a slash at its end."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, access_log=False, log_config=None, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
