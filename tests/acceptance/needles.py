"""What must not be found, in every form in which it could lie about."""

import base64
import json
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

LEAST = 12  # a shorter piece of base64 could be found by chance


def forms_of_text(text: str) -> set[bytes]:
    """Return a text as it would look in files, JSON, URLs, logs and other encodings, lowered."""
    plain = text.encode()
    quoted = {
        json.dumps(text)[1:-1].encode(),
        urllib.parse.quote(text).encode(),
        repr(text)[1:-1].encode(),
        repr(plain)[2:-1].encode(),
        text.encode("utf-16-le"),
        text.encode("latin-1", "xmlcharrefreplace"),
    }
    return {form.lower() for form in {plain, *quoted, *forms_of_bytes(plain)}}


def forms_of_bytes(data: bytes) -> set[bytes]:
    """Return bytes as they are, as hex and as base64 at each of its three alignments, lowered."""
    forms = {data.lower(), data.hex().encode()}
    for shift in range(3):
        # The first and last characters depend on the neighbours, so they are left out.
        encoded = base64.b64encode(b"\0" * shift + data)[4:-4]
        if len(encoded) >= LEAST:
            forms |= {encoded.lower(), base64.urlsafe_b64encode(b"\0" * shift + data)[4:-4].lower()}
    return forms


def pieces(data: bytes, length: int = 32, count: int = 16) -> list[bytes]:
    """Return pieces of a file from all over it; any one of them would give it away."""
    step = max(1, (len(data) - length) // count)
    return [data[start : start + length] for start in range(0, len(data) - length, step)]


class Needles:
    """Secrets by name, each in all its forms.

    Args:
        texts: name -> text.
        files: name -> the bytes of a file.
    """

    def __init__(self, texts: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        self._forms = {name: forms_of_text(text) for name, text in texts.items()}
        for name, data in files.items():
            self._forms[name] = set().union(*map(forms_of_bytes, pieces(data)))

    def found_in(self, haystack: bytes) -> list[str]:
        """Return the names of the secrets that lie in `haystack`."""
        low = haystack.lower()
        return [name for name, forms in self._forms.items() if any(f in low for f in forms)]


def read_tree(root: Path) -> tuple[bytes, dict[str, bytes]]:
    """Return all file names below a folder, joined, and each file's bytes."""
    names = "\n".join(str(path.relative_to(root)) for path in root.rglob("*")).encode()
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_socket()
    }
    return names, files
