"""What was rolled up before days had sums of their own has them after the migration."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlmodel import Session, select

from core.database import MIGRATIONS, Database
from core.monitoring.rollup_records import Rollup, RollupDay
from tests.core.monitoring.events import PRODUCT, Events


def kept(session: Session) -> dict[str, set[tuple[Any, ...]]]:
    """Return the rows of the tables with sums of days, their columns by name."""
    return {
        table.__tablename__: {tuple(row) for row in session.execute(select(*columns))}
        for table in (Rollup, RollupDay)
        if (columns := [getattr(table, name) for name in sorted(table.model_fields)])
    }


@pytest.mark.slow
def test_the_migration_adds_up_the_hours_that_are_there(database: Database) -> None:
    events = Events(database)
    for hour in range(0, 40, 3):
        turn = events.turn(("hit", "miss")[hour % 2], hour=hour, topic=f"t{hour % 2}", total_ms=5.0 + hour, cost_usd=1)
        events.vote(0, 1, turn=turn)
    events.monitoring.roll_up()
    before = events.monitoring.board(PRODUCT, events.view())
    with database.read() as session:
        rows = kept(session)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    database.migrate()
    with database.read() as session:
        assert kept(session) == rows
    assert len(rows["rollups"]) == len(rows["rollup_days"]) > 0
    after = events.monitoring.board(PRODUCT, events.view())
    assert astuple(after.series) == astuple(before.series)
    assert after.groups == before.groups
