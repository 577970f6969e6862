"""Runs a model on this machine: llama.cpp's server, from the wheel `xllamacpp`."""

from pathlib import Path
from typing import Any

from vigia_detect.errors import ConfigurationError, InvalidOptionError

CONTEXT = 8192
"""Tokens of question and answer together for each slot: a case's findings and passages take under
four thousand, a picture 256 (Gemma 3), an answer 1024; engineering choice."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ERRORS_ONLY = 1


class LocalModel:
    """A server in this process, which answers until it is closed.

    It shows no page, lets no web page of another origin ask, and logs no questions.

    Args:
        model: GGUF file.
        mmproj: the image projector that belongs to it, if it is to see pictures.
        host: address to listen on.
        port: 0 takes a free one.
        slots: requests answered at the same time; others wait.
        key: what callers must show as a bearer token, if anything.

    Raises:
        ConfigurationError: llama.cpp is not installed.
        InvalidOptionError: a file is missing or no model, the port is taken, or others could
            reach the server without a key.
    """

    def __init__(
        self,
        model: Path,
        *,
        mmproj: Path | None,
        host: str,
        port: int,
        slots: int,
        key: str | None,
    ) -> None:
        _check(model, mmproj, host, key)
        llama = _llama()
        params = _params(llama, model, mmproj, slots)
        params.hostnames, params.port = [host], port
        params.api_keys = [key] if key else []
        try:
            self._server = llama.Server(params)
        except RuntimeError as error:
            raise InvalidOptionError(
                "llama.cpp cannot serve {name} on {host}:{port}; it says why above.",
                name=model.name,
                host=host,
                port=port,
            ) from error

    @property
    def base_url(self) -> str:
        """What VIGIA_LLM_BASE_URL has to be."""
        return f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop, and break off what is being answered."""
        del self._server


def _llama() -> Any:
    try:
        import xllamacpp  # noqa: PLC0415 - an extra of 34 MB that most installations do without
    except ImportError as error:
        raise ConfigurationError(
            "llama.cpp is not installed here: pip install 'vigia-detect[llm]'."
        ) from error
    return xllamacpp


def _check(model: Path, mmproj: Path | None, host: str, key: str | None) -> None:
    for path in filter(None, (model, mmproj)):
        if not path.is_file():
            raise InvalidOptionError("There is no file {path}.", path=path)
    if host not in LOOPBACK and not key:
        raise InvalidOptionError(
            "{host} can be reached from other machines: set VIGIA_LLM_API_KEY first.", host=host
        )


def _params(llama: Any, model: Path, mmproj: Path | None, slots: int) -> Any:
    params = llama.CommonParams()
    params.model.path = str(model)
    params.model_alias = {model.stem}
    if mmproj is not None:
        params.mmproj.path = str(mmproj)
    params.n_parallel, params.n_ctx = slots, slots * CONTEXT
    params.ui, params.warmup = False, False
    params.cors_origins = ""  # the library's default is everybody
    params.verbosity = ERRORS_ONLY
    return params
