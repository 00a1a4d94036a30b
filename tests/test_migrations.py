from __future__ import annotations

import pkgutil
from datetime import timedelta
from importlib import import_module

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

import core
import scheduler
from core.database import MIGRATIONS, Database
from core.semantic_cache.model import Hit, question_key
from tests.core.semantic_cache.caches import BEN, SCOPE, Plane, cache_of, served
from tests.house import MovableClock


def every_table() -> None:
    for package in (core, scheduler):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(("records", ".lease")):
                import_module(module.name)


def is_of_the_code(_thing: object, name: str | None, *_: object) -> bool:
    """Leave out the full-text index, which each kind has in its own way, and what only PostgreSQL reads by."""
    return "turn_words" not in (name or "") and not (name or "").endswith("_commit")


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    every_table()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_of_the_code})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    database.check()


def downgrade(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@pytest.mark.slow
def test_the_schema_can_be_taken_down_and_made_again(database: Database) -> None:
    downgrade(database, "base")
    database.migrate()
    database.check()


def test_answers_from_before_the_evidence_are_kept_and_shared(database: Database, clock: MovableClock) -> None:
    plane, columns = (
        Plane(first=0, close=10),
        "id tenant release locale answer answer_key sources created_at expires_at",
    )
    downgrade(database, "0002")
    row = {
        "id": "e", "tenant": SCOPE.tenant, "release": SCOPE.release, "locale": SCOPE.locale, "answer": "from before",
        "answer_key": "key", "sources": [], "created_at": clock.time, "expires_at": clock.time + timedelta(days=9),
    }  # fmt: skip
    entries = Table("cache_entries", MetaData(), autoload_with=database.engine)
    questions = Table("cache_questions", MetaData(), autoload_with=database.engine)
    assert set(entries.columns.keys()) == set(columns.split())
    with database.engine.begin() as connection:
        connection.execute(entries.insert(), row)
        connection.execute(
            questions.insert(),
            {"id": "q", "entry_id": "e", "namespace": SCOPE.namespace, "key": question_key("first"),
             "question": "first", "indexed": False},
        )  # fmt: skip
    database.migrate()
    cache = cache_of(database, plane, clock)
    cache.upkeep.start()
    assert [served(cache, asked, actor=BEN) for asked in ("first", "close")] == ["from before"] * 2
    found = cache.lookup(SCOPE, "first", BEN)
    assert isinstance(found, Hit)
    assert not found.stale, "it is as fresh as it was until its time is over"
    downgrade(database, "0002")
    database.migrate()
    assert served(cache, "first", actor=BEN) == "from before"
    clock.pass_by(days=9)
    assert served(cache, "first") is None
