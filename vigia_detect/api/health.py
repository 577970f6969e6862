"""Whether this process lives, and whether it can work. Neither says anything about why not."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from vigia_detect.bootstrap import open_to_all
from vigia_detect.errors import VigiaError
from vigia_detect.log import get_logger

log = get_logger()


def health(check: Callable[[], None]) -> APIRouter:
    """Return the routes.

    Args:
        check: raises a VigiaError when database or broker do not answer.
    """
    router = APIRouter(prefix="/health")

    @router.get("/live", responses={200: {"description": "the process answers"}})
    @open_to_all("asked by machines every second; says one word")
    def live() -> JSONResponse:
        """Tell that the process lives; a supervisor restarts one that does not answer."""
        return JSONResponse({"status": "live"})

    @router.get(
        "/ready",
        responses={
            200: {"description": "database and broker answer"},
            503: {"description": "one of them does not; the log says which"},
        },
    )
    @open_to_all("asked by machines every second; says one word")
    def ready() -> JSONResponse:
        """Tell whether requests should come here."""
        try:
            check()
        except VigiaError as error:
            log.warning("not_ready", exc_info=error)
            return JSONResponse({"status": "not_ready"}, status_code=503)
        return JSONResponse({"status": "ready"})

    return router
