"""Trails, and what somebody may do to them who does not have the signing key."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vigia_detect.trail import lines
from vigia_detect.trail.implied import BY_STATE
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import Checkpoint, Signer, open_checkpoint

OURS = Signer("vigia-audit/test", b"\7" * 32)
THEIRS = Signer("vigia-audit/test", b"\x08" * 32)
EVENTS = ("run.started", "run.done", "case.read", "alert.acted", "answer.refused")


@dataclass(frozen=True)
class Forged:
    """A trail that was tampered with, and the positions that are concerned."""

    lines: list[bytes]
    first: int
    last: int


def entries(turned: random.Random, count: int) -> list[bytes]:
    """Return the canonical bytes of entries."""
    made = []
    for number in range(count):
        entry: dict[str, Any] = {
            "actor": turned.choice(("system", "ana", "José Ñuñoa")),
            "at": 1_795_345_200 + number,
            "attempt": turned.choice((None, 1, 2)),
            "detail": {"task": "triage", "code": turned.choice(("a", "b", "ñ"))},
            "event": turned.choice(EVENTS),
            "id": number + 1,
            "run_id": f"run-{turned.randrange(9)}",
            "sealed": turned.choice((None, "AAECAw==")),
            "subject": f"case-{turned.randrange(5)}",
        }
        made.append(lines.to_line(entry)[:-1])
    return made


def trail(made: Sequence[bytes], every: int, signer: Signer = OURS) -> list[bytes]:
    """Return an export of these entries, with a checkpoint every so many, without its last line."""
    chain, edge, after, found = lines.FIRST_LINK, Edge(), 0, [lines.header(signer.name)]
    for position, entry in enumerate(made):
        leaf = leaf_hash(entry)
        chain = lines.link(chain, leaf)
        edge.add(leaf)
        found.append(lines.chained(position, chain, entry))
        size = position + 1
        if size % every == 0 or size == len(made):
            promised = Checkpoint(signer.name, size, edge.root(), 1_795_345_200 + size, after)
            found.append(lines.checkpoint(signer.sign(promised.text)))
            after = size
    return found


def states(made: Sequence[bytes]) -> list[bytes]:
    """Return lines of states that imply exactly these entries."""
    found = []
    for entry in map(json.loads, made):
        if entry["event"] in BY_STATE:
            continue
        row = {"event": entry["event"], "subject": entry["subject"], "count": 1}
        found.append(lines.state("audit_tallies", row))
    return found


def last_promise(found: Sequence[bytes], signer: Signer = OURS) -> Checkpoint:
    """Return the last checkpoint of an export."""
    notes = [json.loads(line)["checkpoint"] for line in found if line.startswith(b'{"checkpoint"')]
    return open_checkpoint(notes[-1], [signer.public])


def _places(found: Sequence[bytes]) -> list[int]:
    """Return where the lines of entries are."""
    return [place for place, line in enumerate(found) if line.startswith(lines.CHAINED)]


def _position(line: bytes) -> int:
    return int(json.loads(line)["position"])


def flip(found: list[bytes], turned: random.Random) -> Forged:
    """Turn one bit of one byte of any line."""
    place = turned.randrange(len(found))
    before = [line for line in found[:place] if line.startswith(lines.CHAINED)]
    changed = bytearray(found[place])
    changed[turned.randrange(len(changed))] ^= 1 << turned.randrange(8)
    forged = b"".join([*found[:place], bytes(changed), *found[place + 1 :]])
    return Forged(forged.splitlines(keepends=True), len(before), len(before))


def remove(found: list[bytes], turned: random.Random) -> Forged:
    """Take some entries away."""
    places = _places(found)
    start = turned.randrange(len(places))
    gone = set(places[start : start + turned.randint(1, 3)])
    kept = [line for place, line in enumerate(found) if place not in gone]
    return Forged(kept, start, start)


def repeat(found: list[bytes], turned: random.Random) -> Forged:
    """Put an entry in a second time, somewhere after itself."""
    places = _places(found)
    which = turned.randrange(len(places))
    where = turned.randint(places[which] + 1, len(found))
    return Forged([*found[:where], found[places[which]], *found[where:]], which, which)


def insert(found: list[bytes], turned: random.Random) -> Forged:
    """Put a new entry in and number all that follow anew, without links that fit."""
    places = _places(found)
    which = turned.randrange(len(places))
    (new,) = entries(turned, 1)
    chain = bytes.fromhex(json.loads(found[places[which]])["chain"])
    made = [*found[: places[which]], lines.chained(which, chain, new)]
    for line in found[places[which] :]:
        if line.startswith(lines.CHAINED):
            entry = line[lines.ENTRY_AT : -len(lines.after_entry(_position(line)))]
            old = bytes.fromhex(json.loads(line)["chain"])
            made.append(lines.chained(_position(line) + 1, old, entry))
        else:
            made.append(line)
    return Forged(made, which, which)


def reorder(found: list[bytes], turned: random.Random) -> Forged:
    """Let two entries change places, each with the number of its new place."""
    one, other = sorted(turned.sample(range(len(_places(found))), 2))
    made, places = list(found), _places(found)
    for source, target in ((one, other), (other, one)):
        line = found[places[source]]
        entry = line[lines.ENTRY_AT : -len(lines.after_entry(source))]
        if entry == found[places[target]][lines.ENTRY_AT : -len(lines.after_entry(target))]:
            return remove(found, turned)
        chain = bytes.fromhex(json.loads(found[places[target]])["chain"])
        made[places[target]] = lines.chained(target, chain, entry)
    return Forged(made, one, one)


def cut(found: list[bytes], turned: random.Random) -> Forged:
    """Cut the end off, with all checkpoints that would tell."""
    places = _places(found)
    keep = turned.randrange(len(places))
    notes = [place for place, line in enumerate(found) if line.startswith(b'{"checkpoint"')]
    before = [place for place in notes if place < places[keep]]
    at = before[-1] + 1 if before and turned.random() < 0.7 else places[keep]
    left = sum(place < at for place in places)
    return Forged(found[:at], left, len(places) - 1)


def lose(found: list[bytes], turned: random.Random) -> Forged:
    """Delete an entry from the database, but not its place."""
    places = _places(found)
    which = turned.randrange(len(places))
    document = json.loads(found[places[which]])
    entry = found[places[which]][lines.ENTRY_AT : -len(lines.after_entry(which))]
    line = lines.lost(which, bytes.fromhex(document["chain"]), leaf_hash(entry))
    return Forged([*found[: places[which]], line, *found[places[which] + 1 :]], which, which)


def chain_anew(found: list[bytes], turned: random.Random) -> Forged:
    """Change, remove or insert an entry, and make all links anew; old checkpoints stay."""
    made = _entries_of(found)
    which = turned.randrange(len(made))
    deed = turned.randrange(3)
    changed = made[which].replace(b'"actor":"', b'"actor":"x', 1)
    if deed == 0:
        made[which] = changed
    elif deed == 1 and len(made) > 1:
        del made[which]
    else:
        made.insert(which, changed)
    notes = [line for line in found if line.startswith(b'{"checkpoint"')]
    sizes = [last_promise([note]).size for note in notes]
    forged = [found[0]]
    for size, line in enumerate(trail(made, len(made) + 1)[1:-1], start=1):
        forged.append(line)
        forged += [note for note, known in zip(notes, sizes, strict=True) if known == size]
    return Forged(forged, which, which)


def sign_anew(found: list[bytes], turned: random.Random) -> Forged:
    """Change an entry, and make all links and checkpoints anew with another key."""
    made = _entries_of(found)
    which = turned.randrange(len(made))
    made[which] = made[which].replace(b'"actor":"', b'"actor":"x', 1)
    every = turned.randint(3, 20)
    return Forged(trail(made, every, THEIRS), which, which)


def replace_all(found: list[bytes], turned: random.Random) -> Forged:
    """Put another whole trail in the place, signed with another key."""
    count = len(_places(found)) + turned.randint(-2, 5)
    return Forged(trail(entries(turned, max(1, count)), 7, THEIRS), 0, 0)


def unsign(found: list[bytes], turned: random.Random) -> Forged:
    """Take checkpoints away, and with all of them gone change what they promised."""
    notes = [place for place, line in enumerate(found) if line.startswith(b'{"checkpoint"')]
    gone = turned.choice(notes)
    before = sum(place < gone for place in _places(found))
    return Forged([*found[:gone], *found[gone + 1 :]], before - 1, before - 1)


def _entries_of(found: Sequence[bytes]) -> list[bytes]:
    return [
        line[lines.ENTRY_AT : -len(lines.after_entry(_position(line)))]
        for line in found
        if line.startswith(lines.CHAINED)
    ]


DEEDS: Sequence[Callable[[list[bytes], random.Random], Forged]] = (
    *(flip, remove, repeat, insert, reorder, cut),
    *(lose, chain_anew, sign_anew, replace_all, unsign),
)
"""Everything that is tried; a flipped bit is tried most."""


def ended(forged: Forged) -> Forged:
    """Write the last line anew, as whoever forges would: it is no secret."""
    return replace(forged, lines=list(lines.with_end(forged.lines)))
