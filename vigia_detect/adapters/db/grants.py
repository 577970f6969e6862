from sqlalchemy import Engine

from vigia_detect.errors import ConfigurationError

APPEND_ONLY = (
    "audit",
    "audit_chain",
    "audit_nodes",
    "audit_checkpoints",
    "audit_timestamps",
    "audit_keys",
)
"""Tables of which the role of the processes may only read and add rows."""


def grant(engine: Engine, role: str) -> None:
    """Give a PostgreSQL role what the processes need of the tables, and nothing more.

    Raises:
        ConfigurationError: the database has no roles.
    """
    if engine.dialect.name != "postgresql":
        raise ConfigurationError("VIGIA_DATABASE_APP_ROLE is for PostgreSQL only.")
    name, tables = engine.dialect.identifier_preparer.quote(role), ", ".join(APPEND_ONLY)
    with engine.begin() as connection:
        for statement in (
            f"grant usage on schema public to {name}",
            f"grant select, insert, update, delete on all tables in schema public to {name}",
            f"grant usage on all sequences in schema public to {name}",
            f"revoke update, delete, truncate, references, trigger on {tables} from {name}",
            f"revoke insert, update, delete on alembic_version from {name}",
        ):
            connection.exec_driver_sql(statement)
