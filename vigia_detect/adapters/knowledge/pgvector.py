"""The index in PostgreSQL with pgvector: one copy for all processes of a hospital.

Every row carries the id of its index, so that two releases side by side never mix vectors. The
table needs an extension that not every database has, so it is no part of our migrations.
"""

from collections.abc import Iterator

import numpy as np
import psycopg

from vigia_detect.adapters.knowledge.encoder import WIDTH, Encoder, Vectors
from vigia_detect.adapters.knowledge.index import Content, Nearness
from vigia_detect.adapters.knowledge.learned import learn
from vigia_detect.errors import DatabaseUnavailableError

_TABLES = f"""
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE IF NOT EXISTS vigia_passage_vectors (
    index_id text NOT NULL, passage_id text NOT NULL, learned boolean NOT NULL,
    embedding vector({WIDTH}) NOT NULL
);
CREATE INDEX IF NOT EXISTS vigia_passage_vectors_index ON vigia_passage_vectors (index_id);
"""
_KNOWN = "SELECT EXISTS (SELECT 1 FROM vigia_passage_vectors WHERE index_id = %s)"
_KEEP = "INSERT INTO vigia_passage_vectors VALUES (%s, %s, %s, %s)"
# `<#>` is the negative inner product, which of vectors of length 1 is the cosine.
_NEAR = """
SELECT passage_id, learned, max(-(embedding <#> %s::vector)) FROM vigia_passage_vectors
WHERE index_id = %s GROUP BY passage_id, learned
"""
_LOCK = 0x76696769  # "vigi": one process makes an index, the others wait


class PgVectorIndex:
    """An index in PostgreSQL, made by whoever needs it first."""

    def __init__(self, url: str, content: Content, encoder: Encoder) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._content = content
        self._connection: psycopg.Connection | None = None
        try:
            with psycopg.connect(self._url) as connection:
                _prepare(connection, content, encoder)
        except psycopg.Error as error:
            raise _away(error) from error

    def compare(self, question: Vectors) -> Nearness:
        """Return how near a question is to each passage.

        Raises:
            DatabaseUnavailableError: the server does not answer.
        """
        try:
            rows = self._connected().execute(_NEAR, [_literal(question), self._content.id])
            found = rows.fetchall()
        except psycopg.Error as error:
            self.close()
            raise _away(error) from error
        near = Nearness({}, {})
        for passage_id, learned, score in found:
            (near.learned if learned else near.cosines)[passage_id] = float(score)
        return near

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True)
        return self._connection


def _prepare(connection: psycopg.Connection, content: Content, encoder: Encoder) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    connection.execute(_TABLES)
    known = connection.execute(_KNOWN, [content.id]).fetchone()
    if known is None or not known[0]:
        with connection.cursor() as cursor:
            cursor.executemany(_KEEP, list(_rows(content, encoder)))


def _rows(content: Content, encoder: Encoder) -> Iterator[tuple[str, str, bool, str]]:
    vectors = encoder.encode([one.text for one in content.sentences])
    owners = content.owners
    for owner, vector in zip(owners, vectors, strict=True):
        yield content.id, owner, False, _literal(vector)
    for owner, vector in zip(dict.fromkeys(owners), learn(vectors, owners), strict=True):
        yield content.id, owner, True, _literal(vector)


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(map(str, np.asarray(vector, np.float32).tolist())) + "]"


def _away(error: psycopg.Error) -> DatabaseUnavailableError:
    # the server's sentence could carry the URL with its password
    return DatabaseUnavailableError(
        "the database of protocol search: {kind}", kind=type(error).__name__
    )
