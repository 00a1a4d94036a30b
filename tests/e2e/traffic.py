"""Two weeks of turns with a bad day, written as imports write them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from core.database import Database, new_id
from core.monitoring.bulk import write
from core.monitoring.model import hour_of

DAYS, TURNS_A_DAY, BAD_DAYS_AGO = 14, 240, 4
RELEASE = "abcdef0123456789"


def fill(database: Database, tenant: str, now: datetime) -> int:
    """Write the turns and thumbs of two weeks; on the bad day half of the thumbs point down. Return how many turns."""
    dice = random.Random(7)
    turns: list[dict[str, Any]] = []
    votes: list[dict[str, Any]] = []
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(1, DAYS):
        for _ in range(TURNS_A_DAY):
            at = today - timedelta(days=day, seconds=-dice.randrange(86_400))
            turns.append(turn(tenant, f"user-{dice.randrange(60)}", at, hit=dice.random() < 0.5))
            if dice.random() < 0.3:
                votes.append(vote(turns[-1], up=dice.random() > (0.5 if day == BAD_DAYS_AGO else 0.08)))
    write(database, turns=turns, votes=votes)
    return len(turns)


def turn(tenant: str, actor: str, at: datetime, *, hit: bool) -> dict[str, Any]:
    """Return the row of a turn."""
    return {
        "turn_id": new_id(), "tenant": tenant, "actor_id": actor, "at": at, "hour": hour_of(at),
        "release_id": RELEASE, "channel": "stable", "outcome": "hit" if hit else "miss", "tier": "exact" if hit else "",
        "similarity": None, "degraded": False, "model": "library", "total_ms": 20.0 if hit else 800.0,
        "first_words_ms": None, "stages_ms": {}, "input_tokens": 0 if hit else 300, "output_tokens": 80,
        "cost_usd": 0.0 if hit else 0.002, "error": None, "topic": "", "language": "en",
        "saved_usd": 0.002 if hit else None,
    }  # fmt: skip


def vote(voted: dict[str, Any], *, up: bool) -> dict[str, Any]:
    """Return the row of a first vote on a turn."""
    same = {name: voted[name] for name in ("tenant", "actor_id", "at", "hour", "release_id", "channel", "outcome")}
    return {
        "id": new_id(), "turn_id": voted["turn_id"], "before": 0, "after": 1 if up else -1, "turn_hour": voted["hour"],
        "topic": "", "language": "en", **same,
    }  # fmt: skip
