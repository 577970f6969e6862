"""The answer cache on a real server."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers

from vigia_detect.adapters.crypto import Sealer
from vigia_detect.adapters.knowledge.answer_cache import RedisAnswerCache
from vigia_detect.adapters.knowledge.memory_answers import MemoryAnswers
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.asked import Asked
from vigia_detect.errors import BrokerUnavailableError
from vigia_detect.settings import Settings

ASKED = Asked("¿Cada cuánto girar al paciente?", "es", "k1", "m1")
AGAIN = Asked("cada cuanto girar al paciente", "es", "k1", "m1")


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Valkey]:
    with servers.valkey() as running:
        yield running


def make(url: str, *, keep_s: int = 60, key: bytes = b"k" * 32) -> RedisAnswerCache:
    # a busy machine must not look like a server that is away
    return RedisAnswerCache(
        url, name_key=b"n" * 32, sealer=Sealer(key), keep_s=keep_s, timeout_s=10
    )


@pytest.fixture
def cache(server: servers.Valkey) -> Iterator[RedisAnswerCache]:
    server.flush()
    made = make(server.url())
    yield made
    made.close()


def test_a_repeat_is_answered_and_counted(cache: RedisAnswerCache) -> None:
    assert cache.get(ASKED) is None
    cache.put(ASKED, b"cada 3 h")
    assert cache.get(AGAIN) == b"cada 3 h"
    assert (cache.rates().hits, cache.rates().misses) == (1, 1)


def test_one_in_memory_does_the_same() -> None:
    memory = MemoryAnswers()
    assert memory.get(ASKED) is None
    memory.put(ASKED, b"cada 3 h")
    memory.put(Asked("RUN 12.345.678-5, ¿cada cuánto?", "es", "k1", "m1"), b"cada 3 h")
    assert memory.get(AGAIN) == b"cada 3 h"
    assert len(memory.kept) == 1
    assert (memory.rates().hits, memory.rates().misses) == (1, 1)


def test_the_server_sees_neither_question_nor_answer(
    cache: RedisAnswerCache, server: servers.Valkey
) -> None:
    cache.put(ASKED, b"cada 3 h")
    client = server.client()
    (name,) = client.keys("vigia:answer:*")
    kept = client.get(name)
    client.close()
    assert b"girar" not in name
    assert b"cada 3 h" not in kept


def test_an_answer_expires(cache: RedisAnswerCache, server: servers.Valkey) -> None:
    short = make(server.url(), keep_s=1)
    short.put(ASKED, b"x")
    assert short.get(ASKED) == b"x"
    time.sleep(1.2)
    assert short.get(ASKED) is None
    short.close()
    assert cache.get(ASKED) is None


def test_another_key_reads_nothing(cache: RedisAnswerCache, server: servers.Valkey) -> None:
    cache.put(ASKED, b"x")
    other = make(server.url(), key=b"o" * 32)
    assert other.get(ASKED) is None
    other.close()


def test_what_points_to_a_person_is_not_kept(
    cache: RedisAnswerCache, server: servers.Valkey
) -> None:
    about = Asked("paciente 12.345.678-5 con escara", "es", "k1", "m1")
    cache.put(about, b"x")
    assert cache.get(about) is None
    client = server.client()
    assert client.keys("*") == []
    client.close()


def test_zero_seconds_keep_nothing(server: servers.Valkey) -> None:
    server.flush()
    off = make(server.url(), keep_s=0)
    off.put(ASKED, b"x")
    assert off.get(ASKED) is None
    off.close()


def test_the_parts_put_it_on_the_brokers_server(server: servers.Valkey, tmp_path: Path) -> None:
    server.flush()
    vigia = Vigia(Settings.model_validate({"home": tmp_path, "CELERY_BROKER_URL": server.url()}))
    vigia.store.upgrade()
    vigia.answer_cache.put(ASKED, b"cada 3 h")
    assert vigia.answer_cache.get(AGAIN) == b"cada 3 h"
    assert vigia.answer_cache.rates().hit_rate == 1
    vigia.close()


def test_a_server_that_is_away_costs_a_hit_and_nothing_else(tmp_path: Path) -> None:
    cache = make(f"redis+socket://{tmp_path / 'nobody.sock'}?virtual_host=0")
    cache.put(ASKED, b"x")
    assert cache.get(ASKED) is None
    with pytest.raises(BrokerUnavailableError):
        cache.rates()
    cache.close()
