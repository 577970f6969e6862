import base64
import random

import pytest

from vigia_detect.trail.note import (
    BadNoteError,
    Checkpoint,
    PublicKey,
    Signer,
    open_checkpoint,
    open_note,
)

# The vector of golang.org/x/mod/sumdb/note, where the form comes from.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NOTE = (
    TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_published_note_opens_and_is_signed_the_same() -> None:
    key = PublicKey.parse(KEY)
    assert open_note(NOTE, [key]) == TEXT
    signer = Signer("PeterNeumann", SECRET)
    assert signer.sign(TEXT) == NOTE
    assert signer.public == key
    assert key.text == KEY


def test_no_changed_byte_of_a_note_goes_unseen() -> None:
    turned = random.Random(3)  # noqa: S311 - picks bits to turn
    key, raw = PublicKey.parse(KEY), NOTE.encode()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1 << turned.randrange(8)
        with pytest.raises(BadNoteError):
            open_note(changed.decode("latin-1"), [key])
        with pytest.raises(BadNoteError):
            open_note(changed.decode(errors="replace"), [key])


def test_no_changed_byte_of_a_key_goes_unseen() -> None:
    raw = KEY.encode()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(BadNoteError):
            PublicKey.parse(changed.decode("latin-1"))


def test_a_checkpoint_says_what_was_signed() -> None:
    signer = Signer("vigia-audit/test", b"\7" * 32)
    made = Checkpoint("vigia-audit/test", 1250, b"\1" * 32, 1_795_345_200, 1000)
    assert open_checkpoint(signer.sign(made.text), [signer.public]) == made


@pytest.mark.parametrize(
    "text",
    [
        "vigia\n1\n",
        "vigia\n01\nAQ==\ntime 1\nafter 0\n",
        "vigia\n1\nAQ==\ntime 1\nbefore 0\n",
        "vigia\none\nAQ==\ntime 1\nafter 0\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    signer = Signer("vigia", b"\7" * 32)
    with pytest.raises(BadNoteError):
        open_checkpoint(signer.sign(text), [signer.public])


def test_a_note_of_another_key_is_refused() -> None:
    text = Checkpoint("vigia", 1, b"\1" * 32, 1, 0).text
    ours, theirs = Signer("vigia", b"\7" * 32), Signer("vigia", b"\x08" * 32)
    with pytest.raises(BadNoteError, match="not known"):
        open_checkpoint(theirs.sign(text), [ours.public])
