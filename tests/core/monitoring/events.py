"""Turns and votes as the monitoring reads them, written where a test wants them."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.access.model import Actor, Role
from core.database import Database, new_id
from core.monitoring.model import Bucket, Overview, hour_of
from core.monitoring.records import TurnEvent
from core.monitoring.service import Monitoring, record_turn, record_vote
from tests.house import MovableClock, person

NOON = MovableClock().time.replace(hour=12, minute=0)
PRODUCT = person("Paula", Role.PRODUCT)


class Events:
    """Writes events at hours counted from noon."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(
        self,
        outcome: str,
        *,
        hour: float = 0,
        total_ms: float = 100.0,
        error: str | None = None,
        tenant: str = "default",
        turn: str = "",
    ) -> None:
        at = NOON + timedelta(hours=hour)
        event = TurnEvent(
            turn_id=turn or new_id(), tenant=tenant, actor_id="a", at=at, hour=hour_of(at), release_id="r",
            channel="stable", outcome=outcome, tier="none", similarity=None, degraded=False, model="library",
            total_ms=total_ms, first_words_ms=None, stages_ms={}, input_tokens=0, output_tokens=0, cost_usd=None,
            error=error,
        )  # fmt: skip
        with self._database.begin() as session:
            record_turn(session, event)

    def vote(self, before: int, after: int, *, hour: float = 0, turn: str = "t", actor: Actor | None = None) -> None:
        at = NOON + timedelta(hours=hour)
        with self._database.begin() as session:
            record_vote(session, actor or person(), turn, at, before, after)

    def overview(self, since: float, until: float, *, hours: int = 1) -> Overview:
        ends: tuple[datetime, datetime] = (NOON + timedelta(hours=since), NOON + timedelta(hours=until))
        return Monitoring(self._database).overview(PRODUCT, *ends, hours=hours)


def thumbs(bucket: Bucket) -> tuple[int, int]:
    """Return the thumbs up and down of a bucket."""
    return bucket.ups, bucket.downs
