"""Brings a database to the tables of this version, from the installed package."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from knowledge.refusals import DatabaseUnavailable

NEWEST: Final = {"ledger": "0001", "keys": "0001"}
"""The last migration of each database; compared first, since loading Alembic takes a while."""


def migrate(connection: Connection, name: str) -> None:
    """Run the migrations of `name` that the database lacks, in the caller's transaction.

    Raises:
        DatabaseUnavailable: the database was written by a later version of attune.
    """
    table = f"{name}_version"
    present = _version(connection, table)
    if present == NEWEST[name]:
        return
    if present is not None and present > NEWEST[name]:
        raise DatabaseUnavailable(
            f"the {name} database is at version {present}, this attune knows {NEWEST[name]};"
            " install the attune that wrote it"
        )
    _upgrade(connection, name, table)


def _version(connection: Connection, table: str) -> str | None:
    if not inspect(connection).has_table(table):
        return None
    return connection.execute(text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608 - a constant name


def _upgrade(connection: Connection, name: str, table: str) -> None:
    from alembic.config import Config  # noqa: PLC0415 - a tenth of a second, seldom needed
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", f"knowledge:migrations/{name}")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    environment = EnvironmentContext(
        config,
        script,
        fn=lambda revision, _context: script._upgrade_revs("head", revision),  # noqa: SLF001 - Alembic's own command does the same
    )
    with environment:
        environment.configure(connection=connection, version_table=table)
        environment.run_migrations()
