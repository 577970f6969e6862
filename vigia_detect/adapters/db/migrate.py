"""Alembic, called from Python: there is no ini file to find."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from vigia_detect.adapters.db.grants import grant
from vigia_detect.errors import DatabaseUnavailableError

SCRIPTS = Path(__file__).parent / "migrations"


def config(engine: Engine) -> Config:
    """Return an Alembic configuration that uses this engine."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    made.attributes["engine"] = engine
    return made


def upgrade(engine: Engine, app_role: str = "") -> str:
    """Bring the tables up to the newest revision; return it.

    Args:
        engine: connected as the tables' owner.
        app_role: the PostgreSQL role that the processes work as, if it is not the owner.
    """
    command.upgrade(config(engine), "head")
    if app_role:
        grant(engine, app_role)
    return check(engine)


def check(engine: Engine) -> str:
    """Return the revision of the database.

    Raises:
        DatabaseUnavailableError: its tables are missing, or of another version than this code.
    """
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(config(engine)).get_current_head()
    if found is None:
        raise DatabaseUnavailableError("The database has no tables yet: run `vigia db upgrade`.")
    if found != wanted:
        raise DatabaseUnavailableError(
            "The database is at revision {found}, this version needs {wanted}: "
            "run `vigia db upgrade`.",
            found=found,
            wanted=wanted,
        )
    return found
