"""What a person says in a review may name the patient: it is kept under the patient's key only."""

import orjson

from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.records import StoredCase
from vigia_detect.domain.review import StoredReview
from vigia_detect.stages.vault import Vault


def seal_words(vault: Vault, case: StoredCase, number: int, said: JsonObject) -> str:
    """Encrypt what a person said of a case, bound to the case and to its number."""
    return vault.seal_text(case, _role(number), orjson.dumps(said).decode())


def open_words(vault: Vault, case: StoredCase, review: StoredReview) -> JsonObject:
    """Decrypt what a person said. Raises CorruptDataError."""
    said: JsonObject = orjson.loads(vault.open_text(case, _role(review.number), review.sealed))
    return said


def _role(number: int) -> str:
    return f"review:{number}"
