"""Which keys count where, from the first public key alone."""

import json
import random
from collections.abc import Mapping

import forgery
from forgery import OURS, THEIRS

from vigia_detect.trail import lines
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import Checkpoint, Signer
from vigia_detect.trail.verify import Report, verify

THIRD = Signer(OURS.name, b"\x09" * 32)


def entries(announced: Mapping[int, Signer]) -> list[bytes]:
    """Return 12 entries; those at these places announce a key."""
    made = forgery.entries(random.Random(3), 12)  # noqa: S311
    for place, signer in announced.items():
        detail = {"public_key": signer.public.text}
        entry = {**json.loads(made[place]), "event": "signing_key.announced", "detail": detail}
        made[place] = lines.to_line(entry)[:-1]
    return made


def judge(made: list[bytes], signed: Mapping[int, Signer]) -> Report:
    """Verify a trail whose checkpoints, by size, are signed by these."""
    chain, edge, after, found = lines.FIRST_LINK, Edge(), 0, [lines.header(OURS.name)]
    for position, entry in enumerate(made):
        leaf = leaf_hash(entry)
        chain = lines.link(chain, leaf)
        edge.add(leaf)
        found.append(lines.chained(position, chain, entry))
        if (size := position + 1) in signed:
            text = Checkpoint(OURS.name, size, edge.root(), 1_795_345_200 + size, after).text
            found.append(lines.checkpoint(signed[size].sign(text)))
            after = size
    return verify(lambda: list(lines.with_end(found)), [OURS.public])


def problems(report: Report) -> list[Problem]:
    return [one.problem for one in report.integrity.findings]


def test_an_announced_key_counts_once_it_is_signed_for() -> None:
    report = judge(entries({2: THEIRS}), {4: OURS, 8: THEIRS, 12: THEIRS})
    assert report.integrity.good, report
    assert report.keys == (OURS.public, THEIRS.public)


def test_a_key_does_not_vouch_for_itself() -> None:
    report = judge(entries({2: THEIRS}), {4: THEIRS, 12: THEIRS})
    assert Problem.BAD_CHECKPOINT in problems(report)
    assert report.keys == (OURS.public,)


def test_a_key_that_was_followed_signs_no_more() -> None:
    good = entries({2: THEIRS})
    assert judge(good, {4: OURS, 6: OURS, 8: THEIRS, 12: THEIRS}).integrity.good
    late = judge(good, {4: OURS, 8: THEIRS, 12: OURS})
    assert Problem.BAD_CHECKPOINT in problems(late)


def test_keys_follow_each_other() -> None:
    made = entries({1: THEIRS, 6: THIRD})
    assert judge(made, {3: OURS, 5: THEIRS, 8: THEIRS, 12: THIRD}).integrity.good
    skipped = judge(made, {3: OURS, 5: THEIRS, 8: THIRD, 12: THIRD})
    assert Problem.BAD_CHECKPOINT in problems(skipped)


def test_what_announces_no_key_makes_none_count() -> None:
    made = entries({2: THEIRS})
    wrong = made[2].replace(b'"detail":{"public_key":"', b'"detail":{"public_key":"x')
    other = Signer("another-log", THEIRS.secret)
    for entry in (wrong, entries({2: other})[2]):
        report = judge([*made[:2], entry, *made[3:]], {4: OURS, 12: OURS})
        assert report.integrity.good
        assert report.keys == (OURS.public,)
