"""Reads the events for the monitoring page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from sqlmodel import Session

from core.access.model import Actor, Role, require
from core.database import Database, new_id
from core.monitoring.model import Bucket, Overview, hour_of, start_of
from core.monitoring.records import TurnEvent, VoteEvent, newest_latencies, outcomes_by_hour, votes_by_span

SAMPLED_TURNS = 20_000
_NAMES = {"hit": "hits", "miss": "misses", "bypass": "bypasses"}


def record_turn(session: Session, event: TurnEvent) -> None:
    """Keep the event in the turn's own transaction; a turn that was taken for lost and ends after all counts once."""
    session.merge(event)


def record_vote(session: Session, actor: Actor, turn_id: str, at: datetime, before: int, after: int) -> None:
    """Keep a change of a vote in the transaction that makes it; no change, no event."""
    if before != after:
        session.add(
            VoteEvent(
                id=new_id(),
                turn_id=turn_id,
                tenant=actor.tenant,
                actor_id=actor.id,
                at=at,
                hour=hour_of(at),
                before=before,
                after=after,
            )
        )


class Monitoring:
    """What product managers watch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overview(self, actor: Actor, since: datetime, until: datetime, *, hours: int = 24) -> Overview:
        """Return what happened between two times, in buckets of `hours` (1 or 24), for product managers."""
        require(actor, Role.PRODUCT)
        first, last = hour_of(since) // hours * hours, hour_of(until)
        with self._database.read() as session:
            outcomes = outcomes_by_hour(session, actor.tenant, first, last)
            votes = votes_by_span(session, actor.tenant, first, last, hours)
            standing = votes_by_span(session, actor.tenant, first, last, max(1, last - first + 1))
            latencies = newest_latencies(session, actor.tenant, first, last, SAMPLED_TURNS)
        counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for hour, outcome, turns in outcomes:
            counts[hour // hours * hours][_NAMES[outcome]] += turns
        for span, ups, downs in votes:
            counts[first + span * hours] |= {"ups": ups, "downs": downs}
        times: dict[tuple[int, str], list[float]] = defaultdict(list)
        for hour, outcome, total_ms in latencies:
            times[hour // hours * hours, outcome].append(total_ms)
        buckets = tuple(_bucket(hour, counts[hour], times) for hour in range(first, last + 1, hours))
        return Overview(buckets, _total(first, buckets, standing, latencies), len(latencies))


def _bucket(hour: int, counts: dict[str, int], times: dict[tuple[int, str], list[float]]) -> Bucket:
    return Bucket(
        start_of(hour),
        **counts,
        hit_p50_ms=_median(times.get((hour, "hit"))),
        miss_p50_ms=_median(times.get((hour, "miss"))),
    )


def _total(
    first: int,
    buckets: tuple[Bucket, ...],
    standing: Sequence[tuple[int, int, int]],
    latencies: Sequence[tuple[int, str, float]],
) -> Bucket:
    # A vote that was changed in a later bucket stands in both, but in the range once.
    _, ups, downs = standing[0] if standing else (0, 0, 0)
    return Bucket(
        start_of(first),
        **{name: sum(getattr(bucket, name) for bucket in buckets) for name in ("hits", "misses", "bypasses")},
        ups=ups,
        downs=downs,
        hit_p50_ms=_median([ms for _, outcome, ms in latencies if outcome == "hit"]),
        miss_p50_ms=_median([ms for _, outcome, ms in latencies if outcome == "miss"]),
    )


def _median(values: list[float] | None) -> float | None:
    return median(values) if values else None
