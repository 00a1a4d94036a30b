from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import core
import scheduler
from core.database import MIGRATIONS, Database


def every_table() -> None:
    for package in (core, scheduler):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] in {"flight_records", "lease", "records", "vector_records"}:
                import_module(module.name)


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    every_table()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    database.check()


@pytest.mark.slow
def test_the_schema_can_be_taken_down_and_made_again(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    database.migrate()
    database.check()
