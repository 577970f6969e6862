from sqlalchemy import Connection, delete, select

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.tables import ack_tokens

KEPT_S = 86_400  # longer than the clocks of two hosts can differ

_ADD = insert_if_new(ack_tokens, ("nonce", "expires_at"), used_at=now())


class SqlAckTokens:
    """Links and requests that were used up; a row is kept for a day after its link's time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def consume(self, nonce: str, *, expires_at: float) -> bool:
        """Use it up; False when it was before."""
        old = delete(ack_tokens).where(ack_tokens.c.expires_at < now() - KEPT_S)
        self._connection.execute(old)
        return _ADD.row(self._connection, nonce=nonce, expires_at=expires_at) is not None

    def used(self, nonce: str) -> bool:
        """Tell whether it was used up."""
        found = select(ack_tokens.c.nonce).where(ack_tokens.c.nonce == nonce)
        return self._connection.execute(found).first() is not None
