"""Times a weekly drift analysis: ``python -m benchmarks.drift_analysis --turns 1000000``.

So many turns of one week, with votes, after a reference of four weeks with a quarter as many, are written to a fresh
database; then they are rolled up and the week is analysed with its topics. The last line is JSON.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from core.adapters.onnx_embedder import OnnxEmbedder
from core.bootstrap.drifting import make_drift
from core.conversation.records import Conversation, Turn
from core.database import Database
from core.drift.model import Kind, hour_of
from core.monitoring import bulk
from core.monitoring.service import Monitoring
from core.settings import Settings

BEGIN = datetime(2026, 9, 28, tzinfo=UTC)
WEEK = timedelta(days=7)
SUBJECTS = "squats running creatine sleep hydration push-ups planks knees protein warm-ups stretching cycling".split()
ASKS = ("How often should I do {}", "Is it safe to try {}", "What is best about {}", "When do I need {}")
BATCH = 20_000
LIMIT_S = 60.0
MIX = 0x9E3779B97F4A7C15F39D
"""Any large odd number: spreads counts over the random digits of an id."""


class Fixed:
    """A clock that stands at the end of the week that is analysed."""

    def now(self) -> datetime:
        """Ten minutes after the week."""
        return BEGIN + 5 * WEEK + timedelta(minutes=10)


def fill(database: Database, turns: int, begin: datetime, span: timedelta, miss: float, seed: int) -> None:
    """Write turns with texts, their events, and votes on a tenth of them."""
    random = np.random.default_rng(seed)
    seconds = np.sort(random.uniform(0, span.total_seconds(), turns))
    missed, voted, down = random.random(turns) < miss, random.random(turns) < 0.1, random.random(turns) < 0.15
    subjects = random.integers(len(SUBJECTS), size=turns)
    with database.begin() as session:
        session.execute(insert(Conversation), [{
            "id": f"c{seed}", "tenant": "default", "actor_id": "a", "title": "",
            "created_at": begin, "updated_at": begin,
        }])  # fmt: skip
    for start in range(0, turns, BATCH):
        part = range(start, min(start + BATCH, turns))
        rows = [
            _turn(seed, number, begin + timedelta(seconds=float(seconds[number])), bool(missed[number]),
                  SUBJECTS[subjects[number]])
            for number in part
        ]  # fmt: skip
        votes = [_vote(row, bool(down[number])) for row, number in zip(rows, part, strict=True) if voted[number]]
        with database.begin() as session:
            session.execute(insert(Turn), rows)
        bulk.write(database, turns=[_event(row) for row in rows], votes=votes)


def _turn(seed: int, number: int, at: datetime, miss: bool, subject: str) -> dict[str, Any]:
    digits = f"{int(at.timestamp() * 1000):012x}{(number * MIX + seed) % 2**80:020x}"
    return {
        "id": digits, "conversation_id": f"c{seed}", "tenant": "default", "actor_id": f"u{number % 3000}",
        "asked_at": at,
        "question": f"{ASKS[number % 4].format(subject)} {number % 97} times?", "state": "done", "release_id": "r",
        "channel": "stable", "notices": [], "replaced": False, "answer": "", "outcome": "miss" if miss else "hit",
        "evidence": {"similarity": 0.5 if miss else 0.9}, "sources": [], "remark": "", "model": "m", "stages_ms": {},
        "input_tokens": 1, "output_tokens": 1,
    }  # fmt: skip


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "turn_id": row["id"], "at": row["asked_at"], "hour": hour_of(row["asked_at"]), "tier": "exact",
        "similarity": 0.9, "degraded": False, "total_ms": 10.0, "first_words_ms": 5.0, "cost_usd": 0.0, "error": None,
        **{name: row[name] for name in ("tenant", "actor_id", "release_id", "channel", "outcome", "model", "stages_ms",
                                        "input_tokens", "output_tokens")},
    }  # fmt: skip


def _vote(row: dict[str, Any], down: bool) -> dict[str, Any]:
    hour = hour_of(row["asked_at"])
    return {
        "id": f"v{row['id']}", "turn_id": row["id"], "tenant": "default", "actor_id": row["actor_id"],
        "at": row["asked_at"], "hour": hour, "before": 0, "after": -1 if down else 1, "turn_hour": hour,
        "release_id": "r", "channel": "stable", "outcome": row["outcome"],
    }  # fmt: skip


def timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return what a call returns, and its seconds by the wall and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    return result, {"wall s": round(time.perf_counter() - wall, 2), "cpu s": round(time.process_time() - cpu, 2)}


def measure(turns: int) -> dict[str, Any]:
    """Fill, roll up and analyse; return what it took, in seconds and MB, and what the report says."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{Path(folder) / 'drift.db'}")) as database,
    ):
        database.migrate()
        monitoring, embedder = Monitoring(database, Fixed()), OnnxEmbedder()
        fill(database, turns // 4, BEGIN, 4 * WEEK, 0.3, 1)
        fill(database, turns, BEGIN + 4 * WEEK, WEEK, 0.4, 2)
        embedder.embed(["ready"])
        _, rolled = timed(monitoring.roll_up)
        settings = Settings(data_dir=Path(folder), _env_file=None)
        drift = make_drift(settings, database, Fixed(), embedder, monitoring)
        (report,), taken = timed(lambda: drift.run([Kind.WEEKLY]))
    return {
        "turns": turns,
        **{f"roll up, {name}": value for name, value in rolled.items()},
        **{f"weekly, {name}": value for name, value in taken.items()},
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "met": taken["cpu s"] <= LIMIT_S,
        "level": str(report.level),
        "sentence": report.sentence,
    }


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().turns)))


if __name__ == "__main__":
    main()
