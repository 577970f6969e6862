"""What somebody does to a bundle's lines who has a signing key."""

import json
from hashlib import sha256

from vigia_detect.trail.evidence_lines import Digests, part_line, part_of, seal_text
from vigia_detect.trail.note import Signer


def places(lines: list[bytes], part: str) -> list[int]:
    """Return where the lines of a part are."""
    return [place for place, line in enumerate(lines) if part_of(line) == part]


def replaced(lines: list[bytes], place: int, *by: bytes) -> list[bytes]:
    """Return the lines with others at one place."""
    return [*lines[:place], *by, *lines[place + 1 :]]


def signed_anew(lines: list[bytes], signer: Signer) -> list[bytes]:
    """Write manifest and seal anew, as somebody would who has a signing key."""
    manifest = json.loads(lines[0])["manifest"]
    body = lines[1:-1]
    manifest["parts"] = Digests(body).result()
    before = [part_line("manifest", manifest), *body]
    digest = sha256(b"".join(before)).hexdigest()
    return [*before, part_line("seal", signer.sign(seal_text(signer.name, digest)))]
