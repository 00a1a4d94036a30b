from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, func, select

from benchmarks.demo.__main__ import fill
from benchmarks.demo.answers import TurnedBackClock
from benchmarks.demo.removal import remove
from benchmarks.demo.story import CREATINE, DAYS, KNEE, PERSONAL, REST, Story
from core.access.model import Actor, Role
from core.bootstrap import build_services
from core.database import Database
from core.monitoring.filters import Dimension, View
from core.settings import Settings

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ASKED = {
    KNEE: ["Which exercises are safe with sore knees?", "How deep may I squat with knee pain?"],
    CREATINE: ["How much creatine should I take a day?", "Do I need a loading phase with creatine?"],
    PERSONAL: ["What did I weigh last month?"],
    REST: ["How do I do a push-up?", "How many rest days do I need a week?"],
}
MANAGER = Actor("pm", "demo", "Pia", Role.PRODUCT)


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        tables = [table for table in SQLModel.metadata.sorted_tables if "tenant" in table.c]
        return {
            table.name: session.execute(
                select(func.count()).select_from(table).where(table.c.tenant == "demo")
            ).scalar_one()
            for table in tables
        }


@pytest.mark.slow
def test_the_demo_fills_the_real_tables_and_goes_without_a_trace(
    tmp_path: Path, library_folder: Path, database: Database
) -> None:
    clock = TurnedBackClock(NOW)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None, data_dir=tmp_path, knowledge_dirs=(library_folder,), phrasing=False, tenant="demo",
        database_url=url,
    )  # fmt: skip
    with closing(build_services(settings, clock)) as services:
        services.knowledge.sync()
        turns = fill(services, clock, Story(NOW - timedelta(days=DAYS), 6.0), ASKED)
        found = rows(services.database)
        assert found["turn_events"] == found["turns"] > turns  # those too that asked for the answers
        assert found["releases"] == 3
        assert found["feedback"] == found["vote_events"] > 0
        assert found["rollups"] > 0
        board = services.monitoring.board(MANAGER, View(NOW - timedelta(days=DAYS), NOW))
        assert board.series.total.turns == found["turns"]
        assert len(board.groups[Dimension.RELEASE]) == 3
        assert remove(services) >= found["turns"]
        assert set(rows(services.database).values()) == {0}
