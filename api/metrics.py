"""Metrics in the format of Prometheus, read from the database: the same ones from each of several processes.

Names follow the conventions of Prometheus; a label that OpenTelemetry's conventions for generative AI know carries
their name (``gen_ai.token.type``), with dots as underscores.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from core.access.model import system
from core.bootstrap import Services
from core.drift.model import Kind, Level
from core.errors import ForbiddenError
from core.monitoring.job_records import job_states
from core.monitoring.meters import EDGES_MS, Total, totals
from core.semantic_cache.desk_queries import standings

BY = ["release", "outcome"]


class Metrics(Collector):
    """Collects what is known now."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        services = self._services
        services.monitoring.catch_up()
        with services.database.read() as session:
            found = totals(session, services.settings.tenant)
            entries = standings(session, services.settings.tenant, services.clock.now())
            jobs = job_states(session)
        yield from _turns(found)
        yield from _money(found)
        yield _latency(found)
        size = GaugeMetricFamily("coach_cache_entries", "Cache entries that are not over.", labels=["standing"])
        for standing, count in sorted(entries.items()):
            size.add_metric([standing.value], count)
        yield size
        runs = CounterMetricFamily("coach_job_runs", "Runs of a scheduler job.", labels=["job"])
        failures = CounterMetricFamily("coach_job_failures", "Runs of a job that failed.", labels=["job"])
        last = GaugeMetricFamily(
            "coach_job_last_success_timestamp_seconds", "When a job last went well.", labels=["job"]
        )
        for job in jobs:
            runs.add_metric([job.name], job.runs)
            failures.add_metric([job.name], job.failures)
            last.add_metric([job.name], _seconds(job.succeeded_at))
        yield from (runs, failures, last)
        yield self._drift()

    def _drift(self) -> Metric:
        now, tenant = self._services.clock.now(), self._services.settings.tenant
        levels = GaugeMetricFamily(
            "coach_drift_level", "-1 not enough data, 0 calm, 1 watch, 2 drift, 3 confirmed, 4 critical.",
            labels=["signal"],
        )  # fmt: skip
        newest = self._services.drift.reports(system(tenant), now - timedelta(days=2), now, [Kind.HOURLY], 1)
        for finding in newest[0].findings if newest else ():
            levels.add_metric([finding["signal"]], Level(finding["level"]).rank)
        return levels


def _turns(found: Sequence[Total]) -> Iterator[Metric]:
    turns = CounterMetricFamily("coach_turns", "Questions answered.", labels=BY)
    errors = CounterMetricFamily("coach_turn_errors", "Turns that did not end well.", labels=BY)
    thumbs = GaugeMetricFamily("coach_thumbs", "Thumbs as they stand.", labels=[*BY, "thumb"])
    audited = GaugeMetricFamily("coach_hits_judged", "Hits of which it is known if they fitted.", labels=["release"])
    wrong = GaugeMetricFamily("coach_false_hits", "Judged hits with another question's answer.", labels=["release"])
    for one in found:
        labels = [one.release, one.outcome]
        turns.add_metric(labels, one.turns)
        errors.add_metric(labels, one.errors)
        thumbs.add_metric([*labels, "up"], one.ups)
        thumbs.add_metric([*labels, "down"], one.downs)
        if one.outcome == "hit":
            audited.add_metric([one.release], one.audited)
            wrong.add_metric([one.release], one.false_hits)
    yield from (turns, errors, thumbs, audited, wrong)


def _money(found: Sequence[Total]) -> Iterator[Metric]:
    tokens = CounterMetricFamily("coach_tokens", "Tokens of models.", labels=[*BY, "gen_ai_token_type"])
    cost = CounterMetricFamily("coach_cost_usd", "US dollars spent.", labels=BY)
    saved = CounterMetricFamily("coach_saved_usd", "US dollars that hits did not cost again.", labels=BY)
    for one in found:
        labels = [one.release, one.outcome]
        tokens.add_metric([*labels, "input"], one.input_tokens)
        tokens.add_metric([*labels, "output"], one.output_tokens)
        cost.add_metric(labels, one.cost_usd)
        saved.add_metric(labels, one.saved_usd)
    yield from (tokens, cost, saved)


def _latency(found: Sequence[Total]) -> Metric:
    family = HistogramMetricFamily("coach_turn_duration_seconds", "From question to whole answer.", labels=BY)
    for one in found:
        buckets = [(str(edge / 1000), count) for edge, count in zip(EDGES_MS, one.below, strict=True)]
        family.add_metric([one.release, one.outcome], [*buckets, ("+Inf", one.timed)], one.time_s)
    return family


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def exposition(services: Services, accept: str) -> tuple[bytes, str]:
    """Return the metrics and their content type, in the newest format that `accept` (a header) takes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(services))
    encode, kind = choose_encoder(accept)
    return encode(registry), kind


def may_scrape(services: Services, authorization: str) -> None:
    """Raise :class:`ForbiddenError` unless a request shows the token; without one, a loopback server lets all in."""
    token = services.settings.metrics_token
    if token is None:
        if services.settings.sign_in == "local":  # which listens on loopback only
            return
        raise ForbiddenError("Set COACH_METRICS_TOKEN, and send it as `Authorization: Bearer …`.")
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token.get_secret_value()}".encode()):
        raise ForbiddenError("The metrics need the token of COACH_METRICS_TOKEN, as `Authorization: Bearer …`.")
