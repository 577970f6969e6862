"""Every number, source, rule and drug of our passages is in the facts; nothing is added."""

import re
from itertools import pairwise

import pytest

from vigia_detect.clinical.protocols import Passage, Statement, load_library

from .facts_file import FACTS, block, known_numbers, numbers

PASSAGES = tuple(load_library())
STATEMENTS = [
    pytest.param(passage, statement, id=f"{passage.head.id}-{lang}-{index}")
    for passage in PASSAGES
    for lang, text in passage.texts.items()
    for index, statement in enumerate(text.statements)
]
statements = pytest.mark.parametrize(("passage", "statement"), STATEMENTS)
# Endings and names of drugs and topical agents that texts about wounds tend to name.
DRUG = re.compile(
    r"\b\w*(?:cilin|cillin|micin|mycin|floxacin|azol|sulfadiaz|cef(?:a\w*in|o|tr|ur)|penem|prazol|profen"
    r"|caine|caín|codein|codeín)\w*|\b(?:morfina|morphine|fentanil\w*|fentanyl|tramadol|ketamin\w*"
    r"|paracetamol|dipiron\w*|metamizol\w*|clorhexidin\w*|chlorhexidine|povidon\w*|yodo\w*|iodine"
    r"|plata|silver|miel|honey|colagenasa|collagenase|papain\w*|heparin\w*|warfarin\w*|insulin\w*"
    r"|noradrenalin\w*|norepinephrin\w*|arginin\w*|zinc|vitamin\w*)\b",
    re.IGNORECASE,
)


@statements
def test_numbers_are_those_of_the_rules_that_it_names(
    passage: Passage, statement: Statement
) -> None:
    assert numbers(statement.text) <= known_numbers(statement.rules), passage.head.id


@statements
def test_rules_exist_and_name_the_sources(passage: Passage, statement: Statement) -> None:
    assert statement.rules
    texts = [block(rule) for rule in statement.rules]
    assert all(texts), (passage.head.id, statement.rules)
    registry = re.findall(r"^\| ([A-Z][^|]*) \|", FACTS, re.MULTILINE)
    known = {name.strip() for row in registry for name in row.split("/")} | {"GK", "POL"}
    for one in statement.evidence:
        source = one.source.split()[0]
        assert source in known or source in " ".join(texts), source


@statements
def test_pages_are_those_of_the_facts(passage: Passage, statement: Statement) -> None:
    assert statement.evidence, passage.head.id
    for one in statement.evidence:
        source, _, pages = one.source.partition(" p.")
        for page in re.findall(r"\d+", pages):
            named = rf"{source}.*\bp\.[\d,\- ]*\b{page}\b"
            assert re.search(named, FACTS), one.source


@statements
def test_drugs_are_those_of_the_facts(passage: Passage, statement: Statement) -> None:
    named = {word.lower() for word in DRUG.findall(statement.text)}
    assert {word for word in named if word not in FACTS.lower()} == set(), passage.head.id


def test_a_number_that_the_rule_does_not_have_is_found() -> None:
    assert numbers("cada 2 h, 1,5 g y stage 3") == {2.0, 1.5}
    assert not numbers("cada 7 h") <= known_numbers(("M-09",))
    assert known_numbers(("M-99",)) == set()


def test_a_drug_that_the_facts_do_not_have_is_found() -> None:
    assert DRUG.findall("dar amoxicilina, morfina o povidona")
    assert not DRUG.findall("lesión por presión; hidrocoloide, espuma o alginato")


def test_ids_are_in_order_of_their_files() -> None:
    assert all(first.head.id < second.head.id for first, second in pairwise(PASSAGES))
