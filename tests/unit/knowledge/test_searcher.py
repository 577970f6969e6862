"""Search on a real network: filters, the index in its file, and what it does with damage."""

from pathlib import Path

import pytest
from taught_homes import Teach

from vigia_detect.adapters.knowledge import encoder as encoder_module
from vigia_detect.adapters.knowledge.encoder import WIDTH, Encoder
from vigia_detect.adapters.knowledge.index import Sentence, content_of, memory_index
from vigia_detect.adapters.knowledge.learned import learn
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.search import Filters
from vigia_detect.errors import InvalidModelError
from vigia_detect.settings import Settings

SENTENCES = (
    Sentence("heel", "Deje el talón en el aire."),
    Sentence("heel", "Float the heel."),
    Sentence("pain", "Trate el dolor antes de curar."),
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Vigia:
    return Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))


def first(vigia: Vigia, question: str, filters: Filters | None = None) -> str:
    return vigia.passage_search.search(question, filters or Filters())[0].passage_id


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("¿Cada cuánto doy vuelta a mi mamá?", "turning-interval"),
        ("how often must she be turned", "turning-interval"),
        ("escara negra y seca del talon", "heel-eschar-stable"),
        ("no ring cushion?", "never-do"),
    ],
)
def test_the_right_passage_comes_first(vigia: Vigia, question: str, passage: str) -> None:
    assert first(vigia, question) == passage


def test_a_filter_leaves_what_is_about_everybody_or_the_wanted_ones(vigia: Vigia) -> None:
    filters = Filters(class_="stage_1", population="neonate")
    hits = vigia.passage_search.search("piel roja", filters, limit=50)
    heads = [vigia.protocols[hit.passage_id].head for hit in hits]
    assert {head.id for head in heads} >= {"stage-1", "neonate"}
    assert all(not head.classes or "stage_1" in head.classes for head in heads)
    assert all(not head.populations or "neonate" in head.populations for head in heads)


def test_hits_come_in_order_and_no_more_than_asked_for(vigia: Vigia) -> None:
    hits = vigia.passage_search.search("dolor al curar", Filters(), limit=5)
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("question", ["", "   ", "¿?", "—"])
def test_nothing_asked_is_nothing_found(vigia: Vigia, question: str) -> None:
    assert vigia.passage_search.search(question, Filters()) == ()


def test_words_that_no_passage_has_find_nothing_by_words(vigia: Vigia) -> None:
    assert vigia.passage_search.search("xylophone", Filters(), engine="lexical") == ()


def test_the_index_is_kept_and_names_its_network(encoder: Encoder, tmp_path: Path) -> None:
    content = content_of(SENTENCES, encoder)
    assert encoder.checksum in content.encoder
    made = memory_index(content, encoder, tmp_path)
    question = encoder.encode(["talón"])[0]
    (file,) = tmp_path.glob("*.npz")
    before = file.stat().st_mtime_ns
    kept = memory_index(content, encoder, tmp_path)
    assert kept.compare(question) == made.compare(question)
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"PK", b"not an index at all"])
def test_a_damaged_index_is_made_anew(encoder: Encoder, tmp_path: Path, damage: bytes) -> None:
    content = content_of(SENTENCES, encoder)
    made = memory_index(content, encoder, tmp_path)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(damage)
    question = encoder.encode(["talón"])[0]
    assert memory_index(content, encoder, tmp_path).compare(question) == made.compare(question)
    assert file.stat().st_size > len(damage)


def test_a_changed_sentence_makes_another_index(encoder: Encoder, tmp_path: Path) -> None:
    first_content = content_of(SENTENCES, encoder)
    memory_index(first_content, encoder, tmp_path)
    changed = content_of((*SENTENCES, Sentence("sepsis", "Llame al médico.")), encoder)
    assert changed.id != first_content.id
    memory_index(changed, encoder, tmp_path)
    assert [file.name for file in tmp_path.glob("*.npz")] == [f"passages-{changed.id[:16]}.npz"]


def test_a_folder_that_cannot_be_written_costs_no_answer(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    content = content_of(SENTENCES, encoder)
    index = memory_index(content, encoder, tmp_path / "file")
    assert index.compare(encoder.encode(["dolor"])[0]).cosines["pain"] > 0


def test_a_network_that_was_not_measured_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "CHECKSUM", "0" * 64)
    with pytest.raises(InvalidModelError, match="not those that were measured"):
        Encoder().encode(["talón"])


def test_directions_tell_passages_apart(encoder: Encoder) -> None:
    vectors = encoder.encode([one.text for one in SENTENCES])
    directions = learn(vectors, [one.passage_id for one in SENTENCES])
    assert directions.shape == (2, WIDTH)
    assert ((directions @ vectors.T).argmax(axis=0) == [0, 0, 1]).all()
