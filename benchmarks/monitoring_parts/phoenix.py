"""Arize Phoenix measured with the traffic that monitoring is measured with: one span a turn, votes as annotations.

Each turn is a trace of one span (:mod:`benchmarks.monitoring_parts.phoenix_spans`). Encoding is left out of the clock.
Durable is what its database has committed: it acknowledges a span before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from benchmarks.monitoring_parts.phoenix_charts import queries
from benchmarks.monitoring_parts.phoenix_process import Phoenix, encode, folder, interpreter
from benchmarks.monitoring_parts.phoenix_spans import MODEL, PRICES, annotation, span
from benchmarks.monitoring_parts.traffic import Row, turns, votes
from benchmarks.report import percentile
from core.database import new_id

ONE_BY_ONE = 500
ALONE = 20
AT_ONCE = 512
"""Spans in a request: what OpenTelemetry's batch processor exports at once."""
PRICED = 8.0
"""Seconds after which Phoenix knows a new price for certain: it looks for them every 5 s."""

PRICE = "mutation ($input: CreateModelMutationInput!) { createModel(input: $input) { model { id } } }"


def missing() -> str | None:
    """Return why Phoenix cannot be measured, or None."""
    if interpreter().exists():
        return None
    return f"phoenix is not installed: {interpreter()} is missing. How to install it: benchmarks/README.md, Phoenix."


def install_bytes(place: Path) -> int:
    """Return the bytes of all files below a folder, links not followed."""
    return sum(file.lstat().st_size for file in place.rglob("*") if not file.is_dir())


def measure(count: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Start Phoenix, give it `count` turns and their votes, and ask for its charts.

    Returns
    -------
    rows, facts
        Milliseconds of each query over 30 and 90 days, by the clock and of the server's CPU; all else by name.

    Raises
    ------
    PhoenixFailed
        It is not complete, or failed while it was measured.
    """
    facts: dict[str, Any] = {"turns": count, "install, MB": install_bytes(folder()) / 1e6}
    encode([[]])  # says early that the environment is not complete
    with closing(Phoenix()) as phoenix:
        facts |= {"start until ready, s": phoenix.start_s, "start, CPU s": phoenix.cpu_seconds()}
        facts["memory after the start, MB"] = phoenix.memory()[0] / 1e6
        price(phoenix)
        facts |= one_by_one(phoenix) | in_batches(phoenix, count)
        facts["on disk, MB"] = phoenix.bytes_on_disk() / 1e6
        rows = queries(phoenix)
        facts["peak memory, MB"] = phoenix.memory()[1] / 1e6
        facts["acknowledged turns lost at SIGKILL"] = lost(phoenix)
    return rows, {f"phoenix, {name}": value for name, value in facts.items()}


def price(phoenix: Phoenix) -> None:
    """Tell Phoenix what the traffic's model costs, and wait until spans are priced by it."""
    costs = [
        {"tokenType": name, "costPerMillionTokens": dollars, "kind": "PROMPT" if name == "input" else "COMPLETION"}
        for name, dollars in PRICES.items()
    ]
    phoenix.ask(PRICE, input={"name": MODEL, "namePattern": f"^{MODEL}$", "costs": costs})
    sleep(PRICED)


def _requests(rows: Sequence[Row], at_once: int) -> list[bytes]:
    spans = [span(row) for row in rows]
    return encode([spans[start : start + at_once] for start in range(0, len(spans), at_once)])


def _new(count: int, seed: int) -> list[bytes]:
    return _requests([{**row, "turn_id": new_id()} for row in next(turns(count, seed=seed))], 1)


def one_by_one(phoenix: Phoenix) -> dict[str, float]:
    """Send turns in a request each; then some of which each waits until the one before is durable."""
    before, bodies = phoenix.kept(), _new(ONE_BY_ONE, seed=2)
    begun, worked = perf_counter(), phoenix.cpu_seconds()
    for body in bodies:
        phoenix.export(body)
    acknowledged = perf_counter() - begun
    phoenix.wait(before + len(bodies))
    seconds, cpu = perf_counter() - begun, phoenix.cpu_seconds() - worked
    taken = []
    for number, body in enumerate(_new(ALONE, seed=3), before + len(bodies) + 1):
        sent = perf_counter()
        phoenix.export(body)
        phoenix.wait(number, every=0.01)
        taken.append((perf_counter() - sent) * 1000)
    return {
        "one by one, acknowledged/s": len(bodies) / acknowledged,
        "one by one, durable/s": len(bodies) / seconds,
        "one by one, durable per CPU s": len(bodies) / cpu,
        "one alone until durable p50, ms": percentile(taken, 0.5),
    }


def in_batches(phoenix: Phoenix, count: int) -> dict[str, float]:
    """Send turns :data:`AT_ONCE` to a request and their votes likewise, a vote being durable when acknowledged."""
    before, written, voted = phoenix.kept(), 0, 0
    seconds = cpu = voting = 0.0
    for rows in turns(count):
        bodies, cast = _requests(rows, AT_ONCE), [annotation(vote) for vote in votes(rows)]
        written, voted = written + len(rows), voted + len(cast)
        begun, worked = perf_counter(), phoenix.cpu_seconds()
        for body in bodies:
            phoenix.export(body)
        phoenix.wait(before + written)
        seconds, cpu, begun = seconds + perf_counter() - begun, cpu + phoenix.cpu_seconds() - worked, perf_counter()
        for start in range(0, len(cast), AT_ONCE):
            phoenix.annotate(cast[start : start + AT_ONCE])
        voting += perf_counter() - begun
    return {
        "in batches, durable/s": written / seconds,
        "in batches, durable per CPU s": written / cpu,
        "votes in batches, durable/s": voted / voting,
    }


def lost(phoenix: Phoenix) -> int:
    """Send turns one by one, end Phoenix with SIGKILL after the last answer, and return how many it did not keep."""
    before, bodies = phoenix.kept(), _new(ONE_BY_ONE, seed=4)
    for body in bodies:
        phoenix.export(body)
    phoenix.kill()
    return before + len(bodies) - phoenix.kept()
