"""What monitoring costs: durable events, votes, rollups, the page's queries, memory and disk.

    python -m benchmarks.monitoring [--events N] [--database sqlite|postgresql|URL] [--json]
                                    [--peers phoenix] [--peer-events N]

A database that is named by URL is used as it is, and must be empty. ``--peers phoenix`` measures Arize Phoenix too,
with the same traffic, where it is installed (``benchmarks/README.md``, "Phoenix").
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

from benchmarks.monitoring_parts import phoenix
from benchmarks.monitoring_parts.phoenix_process import PhoenixFailed
from benchmarks.monitoring_parts.place import bytes_of, checkpoint, place
from benchmarks.monitoring_parts.traffic import END, TENANT, turns, votes
from benchmarks.monitoring_parts.voting import vote_latencies
from benchmarks.report import percentile, show
from core.access.model import Actor, Role
from core.database import Database, new_id
from core.monitoring.bulk import settle, write
from core.monitoring.filters import Dimension, Filter, Grain, View
from core.monitoring.recording import record_turn
from core.monitoring.records import TurnEvent
from core.monitoring.service import Monitoring

PRODUCT = Actor("p", TENANT, "Paula", Role.PRODUCT)
ONE_BY_ONE = 2000
REPEATS = 7


def one_by_one(database: Database) -> float:
    """Return turn events a second, each in a transaction of its own."""
    rows = [{**row, "turn_id": new_id()} for row in next(turns(ONE_BY_ONE, seed=2))]
    begun = perf_counter()
    for row in rows:
        with database.begin() as session:
            record_turn(session, TurnEvent(**row))
    return len(rows) / (perf_counter() - begun)


def in_batches(database: Database, count: int) -> float:
    """Write turns and their votes in batches and return events a second, making them up left out."""
    seconds, written = 0.0, 0
    for rows in turns(count):
        voted = votes(rows)
        begun = perf_counter()
        written += write(database, turns=rows, votes=voted)
        seconds += perf_counter() - begun
    return written / seconds


def rolled_up(monitoring: Monitoring) -> dict[str, float]:
    """Roll all up; return events a second, and seconds and CPU seconds per million events."""
    begun, worked = perf_counter(), process_time()
    count = monitoring.roll_up()
    seconds, cpu = perf_counter() - begun, process_time() - worked
    return {
        "events/s": count / seconds,
        "events per CPU s": count / cpu,
        "s per million": seconds / count * 1e6,
        "CPU s per million": cpu / count * 1e6,
    }


def _by(view: View, dimension: Dimension) -> Callable[[Monitoring], object]:
    return lambda one: one.by(PRODUCT, view, dimension)


def queries(days: int) -> dict[str, Callable[[Monitoring], object]]:
    """Return the page's queries by name; `board` is all that a view of the page asks for."""
    view = View(END - timedelta(days=days), END, Grain.DAY, "Europe/Berlin")

    def narrowed(**values: tuple[str, ...]) -> View:
        return View(view.since, view.until, view.grain, view.zone, Filter(**values))

    return {
        "series": lambda one: one.series(PRODUCT, view),
        "heat": lambda one: one.heat(PRODUCT, view),
        **{f"by {by.value}": _by(view, by) for by in Dimension},
        "choices": lambda one: one.choices(PRODUCT),
        "freshness": lambda one: one.freshness(PRODUCT),
        "board": lambda one: one.board(PRODUCT, view),
        "board, compared": lambda one: one.board(PRODUCT, view, view.before()),
        "board, one topic": lambda one: one.board(PRODUCT, narrowed(topic=("topic 3",))),
        "board, one release": lambda one: one.board(PRODUCT, narrowed(release=("release 2",))),
        "board, two filters": lambda one: one.board(PRODUCT, narrowed(topic=("topic 0",), language=("en",))),
    }


def timed(monitoring: Monitoring, query: Callable[[Monitoring], object]) -> dict[str, float]:
    """Return the median milliseconds of a query, by the clock and of this process's CPU."""
    taken, worked = [], []
    for _ in range(REPEATS):
        begun, busy = perf_counter(), process_time()
        query(monitoring)
        taken.append((perf_counter() - begun) * 1000)
        worked.append((process_time() - busy) * 1000)
    return {"ms": percentile(taken, 0.5), "CPU ms": percentile(worked, 0.5)}


def beside(count: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows and facts of Phoenix with `count` turns, or say on the screen why it is not there."""
    if why := phoenix.missing():
        print(why)
        return [], {}
    try:
        return phoenix.measure(count)
    except PhoenixFailed as failed:
        print(f"{failed}. How to install it: benchmarks/README.md, Phoenix.")
        return [], {}


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000, help="turns in the database (default 100,000)")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or a URL")
    parser.add_argument("--peers", choices=["phoenix"], help="what to measure beside it")
    parser.add_argument("--peer-events", type=int, default=20_000, help="turns that it gets (default 20,000)")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(given)
    with place(arguments.database) as database:
        monitoring, facts = Monitoring(database), dict[str, Any]()
        facts["database"] = database.url.get_backend_name()
        facts["turns"] = arguments.events
        facts["one by one, events/s"] = one_by_one(database)
        facts["in batches, events/s"] = in_batches(database, arguments.events)
        facts |= {f"rollup, {name}": value for name, value in rolled_up(monitoring).items()}
        facts |= {f"right after the load, {name}": value for name, value in vote_latencies(database, "loaded").items()}
        settle(database)
        checkpoint(database)
        rows = [
            {"query": name, "days": days, **timed(monitoring, query)}
            for days in (30, 90)
            for name, query in queries(days).items()
        ]
        facts |= vote_latencies(database, "settled")
        with suppress(Exception):  # a SQLite without dbstat
            facts |= {f"{name} on disk, MB": size / 1e6 for name, size in bytes_of(database).items()}
        facts["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    if arguments.peers:
        more, known = beside(arguments.peer_events)
        rows, facts = rows + more, facts | known
    show("monitoring", rows, facts, as_json=arguments.json)


if __name__ == "__main__":
    main()
