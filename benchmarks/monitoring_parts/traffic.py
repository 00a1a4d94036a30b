"""Believable traffic to measure with: 90 days, 3 releases, 2 channels, 25 topics, 3 languages, 3,000 users."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from core.access.model import actor_id

TENANT = "default"
DAYS = 90
END = datetime(2026, 11, 1, tzinfo=UTC)
BEGIN = END - timedelta(days=DAYS)
USERS = 3000
TOPICS = 25
LANGUAGES = ("en", "de", "fr")
_ACTORS = [actor_id(TENANT, f"user {one}") for one in range(USERS)]
Row = dict[str, Any]


def turns(count: int, seed: int = 1, at_once: int = 20_000) -> Iterator[list[Row]]:
    """Yield `count` rows of turn events, oldest first, `at_once` at a time."""
    rng = np.random.default_rng(seed)
    span = DAYS * 86400
    for start in range(0, count, at_once):
        size = min(at_once, count - start)
        share = (start + np.sort(rng.random(size)) * size) / count
        seconds = share * span
        yield _rows(rng, seconds, start)


def _rows(rng: np.random.Generator, seconds: Any, start: int) -> list[Row]:
    size = len(seconds)
    day = seconds / 86400
    release = np.minimum(day // 30, 2).astype(int)
    canary = (rng.random(size) < 0.1) & (day % 30 > 20)
    topic = np.minimum(rng.zipf(1.3, size), TOPICS) - 1
    language = rng.choice(3, size, p=[0.8, 0.15, 0.05])
    outcome = rng.choice(3, size, p=[0.55, 0.35, 0.1])
    user = rng.integers(0, USERS, size)
    took = np.where(outcome == 0, rng.lognormal(3.2, 0.5, size), rng.lognormal(7.2, 0.6, size))
    failed = rng.random(size) < 0.004
    made = outcome != 0
    tokens_in, tokens_out = rng.poisson(700, size) * made, rng.poisson(180, size) * made
    base = int(BEGIN.timestamp())
    names = ("hit", "miss", "bypass")
    columns = zip(
        seconds.tolist(), release.tolist(), canary.tolist(), topic.tolist(), language.tolist(), outcome.tolist(),
        user.tolist(), took.tolist(), failed.tolist(), tokens_in.tolist(), tokens_out.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "turn_id": f"{start + place:032x}", "tenant": TENANT, "actor_id": _ACTORS[who],
            "at": BEGIN + timedelta(seconds=at), "hour": int(base + at) // 3600, "release_id": f"release {rel + can}",
            "channel": "canary" if can else "stable", "outcome": names[out], "tier": "semantic" if not out else "none",
            "similarity": 0.9, "degraded": False, "model": "" if not out else "gpt", "total_ms": ms,
            "first_words_ms": ms / 2, "stages_ms": {"cache": 4.2, "answer": ms / 2}, "input_tokens": tin,
            "output_tokens": tout, "cost_usd": (tin + 4 * tout) * 1e-6, "error": "failed" if bad else None,
            "topic": f"topic {top}", "language": LANGUAGES[lan], "saved_usd": None if out else 0.0014,
            "decision_id": None,
        }
        for place, (at, rel, can, top, lan, out, who, ms, bad, tin, tout) in enumerate(columns)
    ]  # fmt: skip


def votes(rows: list[Row], share: float = 0.08) -> list[Row]:
    """Return votes on every so many turns, a minute after each."""
    step = round(1 / share)
    return [
        {
            "id": f"v{row['turn_id']}", "turn_id": row["turn_id"], "tenant": TENANT, "actor_id": row["actor_id"],
            "at": row["at"] + timedelta(minutes=1), "hour": row["hour"], "before": 0,
            "after": -1 if place % 4 == 0 else 1, "turn_hour": row["hour"],
            **{name: row[name] for name in ("release_id", "channel", "outcome", "topic", "language")},
        }
        for place, row in enumerate(rows[::step])
    ]  # fmt: skip
