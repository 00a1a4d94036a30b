"""The queries that the metrics page of Arize Phoenix 20 makes over GraphQL, by day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any

from benchmarks.monitoring_parts.phoenix_process import Phoenix
from benchmarks.monitoring_parts.traffic import END
from benchmarks.report import percentile

REPEATS = 7
BERLIN = 60
"""Minutes that Phoenix's days begin before UTC's; it knows no time zones."""
_PROJECT = '{ projects(filter: {col: name, value: "default"}) { edges { node { id } } } }'
_BINNED = "(timeRange: $range, timeBinConfig: $bin)"
CHARTS = {
    "spans": f"spanCountTimeSeries{_BINNED} {{ data {{ timestamp okCount errorCount totalCount }} }}",
    "traces": f"traceCountByStatusTimeSeries{_BINNED} {{ data {{ timestamp okCount errorCount totalCount }} }}",
    "latency percentiles": f"""traceLatencyMsPercentileTimeSeries{_BINNED} {{
        data {{ timestamp p50 p75 p90 p95 p99 p999 max }} }}""",
    "tokens": f"""traceTokenCountTimeSeries{_BINNED} {{
        data {{ timestamp promptTokenCount completionTokenCount totalTokenCount }} }}""",
    "cost": f"traceTokenCostTimeSeries{_BINNED} {{ data {{ timestamp promptCost completionCost totalCost }} }}",
    "votes": f"""spanAnnotationScoreTimeSeries{_BINNED} {{
        data {{ timestamp scoresWithLabels {{ label score }} }} names }}""",
    "models": """topModelsByCost(timeRange: $range) {
        name costSummary(projectId: $id, timeRange: $range) { total { cost } } }""",
    "head": """traceCount(timeRange: $range) costSummary(timeRange: $range) { total { cost tokens } }
        p50: latencyMsQuantile(probability: 0.5, timeRange: $range)
        p99: latencyMsQuantile(probability: 0.99, timeRange: $range) spanAnnotationNames""",
}
"""Fields of a project by what they show; `head` stands above each of its pages."""


def project(phoenix: Phoenix) -> str:
    """Return the id of the project that takes what names none."""
    found: str = phoenix.ask(_PROJECT)["projects"]["edges"][0]["node"]["id"]
    return found


def chart(phoenix: Phoenix, place: str, name: str, days: int) -> dict[str, Any]:
    """Return what Phoenix answers for one of :data:`CHARTS` of a project over the last `days` of the traffic."""
    declared, variables = "$id: ID!, $range: TimeRange!", dict[str, Any](id=place)
    variables["range"] = {"start": (END - timedelta(days=days)).isoformat(), "end": END.isoformat()}
    if "$bin" in CHARTS[name]:  # what is declared must be used
        declared += ", $bin: TimeBinConfig!"
        variables["bin"] = {"scale": "DAY", "utcOffsetMinutes": BERLIN}
    query = f"query ({declared}) {{ node(id: $id) {{ ... on Project {{ {CHARTS[name]} }} }} }}"
    found: dict[str, Any] = phoenix.ask(query, **variables)["node"]
    return found


def queries(phoenix: Phoenix) -> list[dict[str, Any]]:
    """Return the median of each chart over 30 and 90 days; `page` asks for all at once, as a browser does."""
    ask = partial(chart, phoenix, project(phoenix))
    with ThreadPoolExecutor(len(CHARTS)) as pool:

        def page(days: int) -> list[dict[str, Any]]:
            return list(pool.map(partial(ask, days=days), CHARTS))

        rows = []
        for days in (30, 90):
            asked: dict[str, Callable[[], object]] = {name: partial(ask, name, days) for name in CHARTS}
            asked["page"] = partial(page, days)
            rows += [{"query": f"phoenix, {name}", "days": days, **_timed(phoenix, one)} for name, one in asked.items()]
        return rows


def _timed(phoenix: Phoenix, query: Callable[[], object]) -> dict[str, float]:
    taken, worked = [], []
    for _ in range(REPEATS):
        begun, busy = perf_counter(), phoenix.cpu_seconds()
        query()
        taken.append((perf_counter() - begun) * 1000)
        worked.append((phoenix.cpu_seconds() - busy) * 1000)
    return {"ms": percentile(taken, 0.5), "CPU ms": percentile(worked, 0.5)}
