"""Turns, votes and verdicts as the monitoring reads them, written where a test wants them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.access.model import Actor, Role
from core.database import Database, new_id
from core.monitoring.figures import Figures, Series
from core.monitoring.filters import Filter, Grain, View
from core.monitoring.model import hour_of
from core.monitoring.recording import record_turn, record_verdict, record_vote
from core.monitoring.records import TurnEvent
from core.monitoring.service import Monitoring
from tests.house import MovableClock, person

NOON = MovableClock().time.replace(hour=12, minute=0)
PRODUCT = person("Paula", Role.PRODUCT)


def turn_event(hour: float, **given: Any) -> TurnEvent:
    """Return the event of a turn that was asked so many hours after noon."""
    at = NOON + timedelta(hours=hour)
    usual: dict[str, Any] = {
        "turn_id": new_id(), "tenant": "default", "actor_id": "a", "release_id": "r", "channel": "stable",
        "outcome": "hit", "tier": "none", "similarity": None, "degraded": False, "model": "library",
        "total_ms": 100.0, "first_words_ms": None, "stages_ms": {}, "input_tokens": 0, "output_tokens": 0,
        "cost_usd": None, "error": None,
    }  # fmt: skip
    return TurnEvent(at=at, hour=hour_of(at), **(usual | given))


class Events:
    """Writes events at hours counted from noon, and reads what the charts show."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.monitoring = Monitoring(database)

    def turn(self, outcome: str = "hit", *, hour: float = 0, **given: Any) -> str:
        event = turn_event(hour, outcome=outcome, **given)
        name = event.turn_id
        with self.database.begin() as session:
            record_turn(session, event)
        return name

    def vote(self, before: int, after: int, *, turn: str, hour: float = 0, actor: Actor | None = None) -> None:
        with self.database.begin() as session:
            record_vote(session, actor or person(), turn, NOON + timedelta(hours=hour), before, after)

    def verdict(self, decision: str, before: float | None, after: float | None) -> None:
        with self.database.begin() as session:
            record_verdict(session, decision, NOON, "judge:test", before, after)

    def view(
        self, since: float = -48, until: float = 48, grain: Grain = Grain.HOUR, zone: str = "UTC", **narrowed: Any
    ) -> View:
        ends = (NOON + timedelta(hours=since), NOON + timedelta(hours=until))
        return View(*ends, grain, zone, Filter(**narrowed))

    def series(self, *ends: float, **given: Any) -> Series:
        return self.monitoring.series(PRODUCT, self.view(*ends, **given))

    def total(self, *ends: float, **given: Any) -> Figures:
        return self.series(*ends, **given).total


def thumbs(figures: Figures) -> tuple[int, int]:
    """Return the thumbs up and down."""
    return figures.ups, figures.downs
