"""Answers to protocol questions in Redis: names hashed under a key, contents encrypted."""

import hashlib
import hmac
from contextlib import suppress
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import redis
from redis.exceptions import RedisError

from vigia_detect.domain.asked import Asked, CacheRates
from vigia_detect.errors import BrokerUnavailableError, CorruptDataError

TIMEOUT_S = 0.25  # a cache that is slower than this is no help
_PREFIX = "vigia:answer:"
_HITS = "vigia:answers:hits"
_MISSES = "vigia:answers:misses"


class Sealer(Protocol):
    """Encrypts contents, bound to a label."""

    def seal(self, label: str, plain: bytes) -> bytes:
        """Encrypt."""

    def open(self, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError."""


class RedisAnswerCache:
    """A cache in Redis or Valkey; its being away costs a hit and nothing else."""

    def __init__(
        self,
        url: str,
        *,
        name_key: bytes,
        sealer: Sealer,
        keep_s: int,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._client = redis.Redis.from_url(
            _redis_url(url), socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        )
        self._name_key = name_key
        self._sealer = sealer
        self._keep_s = keep_s

    def get(self, asked: Asked) -> bytes | None:
        """Return a kept answer to the same question, or None; also when the server is away."""
        if not self._used(asked):
            return None
        name = self._name(asked)
        with suppress(RedisError, CorruptDataError):
            found = self._client.get(name)
            answer = self._sealer.open(name, found) if isinstance(found, bytes) else None
            self._client.incr(_MISSES if answer is None else _HITS)
            return answer
        return None

    def put(self, asked: Asked, answer: bytes) -> None:
        """Keep an answer, unless the question may not be shared or the server is away."""
        if not self._used(asked):
            return
        name = self._name(asked)
        with suppress(RedisError):
            self._client.set(name, self._sealer.seal(name, answer), ex=self._keep_s)

    def rates(self) -> CacheRates:
        """Return how often an answer was there. Raises BrokerUnavailableError."""
        try:
            hits, misses = self._client.get(_HITS), self._client.get(_MISSES)
        except RedisError as error:
            raise BrokerUnavailableError(
                "the answer cache: {kind}", kind=type(error).__name__
            ) from error
        return CacheRates(_count(hits), _count(misses))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _used(self, asked: Asked) -> bool:
        return self._keep_s > 0 and asked.shareable

    def _name(self, asked: Asked) -> str:
        digest = hmac.new(self._name_key, asked.name.encode(), hashlib.sha256)
        return _PREFIX + digest.hexdigest()


def _count(value: object) -> int:
    return int(value) if isinstance(value, bytes) else 0


def _redis_url(url: str) -> str:
    # Celery writes a unix socket as `redis+socket://PATH?virtual_host=N`, redis-py as `unix://`.
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    return f"unix://{parts.path}?db={database}"
