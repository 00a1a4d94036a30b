"""What product managers watch. Charts read rollups only."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from core.access.model import Actor, Role, require
from core.database import Database
from core.errors import DatabaseError
from core.monitoring.charts import choices_of, freshness_of, groups_of, heat_of, series_of, worst_of
from core.monitoring.figures import Board, Choices, Figures, Freshness, Group, Series, Worst
from core.monitoring.filters import Dimension, Grain, View
from core.monitoring.gathering import PLACE
from core.monitoring.rollups import Rollups
from core.monitoring.sparse import Ints
from core.monitoring.summing import COUNTED, Sums
from core.ports import Clock

log = logging.getLogger(__name__)
BEFORE_A_PAGE = 5_000
"""Events that a page waits for, of each kind; more of them are left to the scheduler."""


@dataclass(frozen=True, slots=True)
class Hourly:
    """Counts by hour of UTC: the first element is of the hour `first`, counted from 1970."""

    first: int
    hits: Ints
    misses: Ints
    bypasses: Ints
    ups: Ints
    downs: Ints
    audited: Ints
    false_hits: Ints


class Monitoring:
    """What product managers watch.

    Parameters
    ----------
    clock : Clock or None
        None takes the time of the machine.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock
        self._rollups = Rollups(database)

    def board(self, actor: Actor, view: View, compare: View | None = None) -> Board:
        """Return everything that the monitoring page shows at once, for product managers."""
        require(actor, Role.PRODUCT)
        self.catch_up()
        with self._database.read() as session:
            sums = Sums(session, actor.tenant, view)
            return Board(
                series=series_of(sums),
                before=series_of(Sums(session, actor.tenant, compare)) if compare else None,
                heat=heat_of(sums),
                groups={one: groups_of(sums, one) for one in Dimension},
                choices=choices_of(session, actor.tenant),
                freshness=freshness_of(session, actor.tenant, self._now().timestamp()),
            )

    def worst(self, actor: Actor, view: View) -> Worst | None:
        """Return the days of a view that stand out by their thumbs down, or None, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return worst_of(Sums(session, actor.tenant, view))

    def series(self, actor: Actor, view: View) -> Series:
        """Return the steps of a view and their total, for product managers."""
        require(actor, Role.PRODUCT)
        self.catch_up()
        with self._database.read() as session:
            return series_of(Sums(session, actor.tenant, view))

    def heat(self, actor: Actor, view: View) -> tuple[tuple[Figures, ...], ...]:
        """Return figures by weekday, Monday first, and hour of the day in the view's zone, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return heat_of(Sums(session, actor.tenant, view))

    def by(self, actor: Actor, view: View, dimension: Dimension) -> tuple[Group, ...]:
        """Return the figures of each value of a dimension, most turns first, at most 200, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return groups_of(Sums(session, actor.tenant, view), dimension)

    def choices(self, actor: Actor) -> Choices:
        """Return what a filter can choose from, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return choices_of(session, actor.tenant)

    def freshness(self, actor: Actor) -> Freshness:
        """Return how current the figures are, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return freshness_of(session, actor.tenant, self._now().timestamp())

    def hours(self, tenant: str, since: datetime, until: datetime) -> Hourly:
        """Return the counts of each hour from the one that holds `since` to the one before `until`."""
        view = View(since, until, Grain.WEEK)
        first, last = view.hours
        with self._database.read() as session:
            _, [counts] = Sums(session, tenant, view).of(COUNTED, last - first, lambda hours: hours - first)
        turns = counts[:, :, PLACE["turns"]]
        every = {name: counts[:, :, PLACE[name]].sum(axis=1) for name in ("ups", "downs", "audited", "false_hits")}
        return Hourly(first, turns[:, 0], turns[:, 1], turns[:, 2], **every)

    def catch_up(self) -> int:
        """Roll up what waits if it is little, so that a page is current; return how many events were read.

        Where that fails, the page shows what was counted before, and since when it lags.
        """
        try:
            return self._rollups.advance(self._now(), BEFORE_A_PAGE)
        except (DatabaseError, DBAPIError):
            log.warning("rollup_failed", exc_info=True)
            return 0

    def roll_up(self) -> int:
        """Roll up all that waits; return how many events were read. Safe to run twice, and at the same time."""
        total = 0
        while count := self._rollups.advance(self._now()):
            total += count
        return total

    def rebuild(self, actor: Actor) -> int:
        """Throw the rollups away and read every event again, for admins; return how many were read."""
        require(actor, Role.ADMIN)
        return self._rollups.rebuild(self._now())

    def _now(self) -> datetime:
        return self._clock.now() if self._clock else datetime.now(UTC)
