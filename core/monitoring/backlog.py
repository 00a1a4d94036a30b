"""The events that no rollup holds yet, in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, SQLModel, col, func, select

from core.monitoring.commits import settled_below
from core.monitoring.gathering import CELL, Batch
from core.monitoring.records import TurnEvent, VerdictEvent, VoteEvent
from core.monitoring.rollup_records import RollupState

Columns = Mapping[str, NDArray[Any]]
_CELL = ("tenant", "release_id", "channel", "topic", "language", "outcome")


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of a source that was read."""

    xid: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of event: its table, the columns that count, and how they become a batch."""

    table: type[SQLModel]
    columns: tuple[str, ...]
    batch: Callable[[Columns], Batch]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)

    def waiting(self, session: Session, mark: Mark) -> ColumnElement[bool]:
        """Return the condition of the rows after a mark that nothing can come to light among any more."""
        xid: ColumnElement[int] = self._column("xid")
        seq: ColumnElement[int] = self._column("seq")
        if session.get_bind().dialect.name == "sqlite":
            return seq > mark.seq
        after = or_(xid > mark.xid, and_(xid == mark.xid, seq > mark.seq))
        return and_(xid >= mark.xid, xid < settled_below(session), after)

    def read(self, session: Session, mark: Mark, limit: int) -> tuple[Batch, Mark] | None:
        """Return the next events (at most `limit`) and the mark behind them; None where nothing waits."""
        wanted = [self._column(name) for name in ("xid", "seq", *self.columns)]
        order = [self._column("seq")] if session.get_bind().dialect.name == "sqlite" else wanted[:2]
        query = select(*wanted).where(self.waiting(session, mark)).order_by(*order).limit(limit)
        rows = plain_rows(session, query)
        if not rows:
            return None
        values = dict(zip(self.columns, list(zip(*rows, strict=True))[2:], strict=True))
        return self.batch({name: array_of(value) for name, value in values.items()}), Mark(rows[-1][0], rows[-1][1])

    def count(self, session: Session, mark: Mark, most: int) -> int:
        """Return how many events wait, counted up to `most`."""
        some = select(self._column("seq")).where(self.waiting(session, mark)).limit(most).subquery()
        return int(session.exec(select(func.count()).select_from(some)).one())

    def oldest(self, session: Session, mark: Mark) -> datetime:
        """Return when the first of the events that wait came; there must be one."""
        query = select(self._column("at")).where(self.waiting(session, mark)).order_by(self._column("seq")).limit(1)
        at: datetime = session.exec(query).one()
        return at

    def _column(self, name: str) -> Any:
        return col(getattr(self.table, name))


def plain_rows(session: Session, query: Any) -> list[tuple[Any, ...]]:
    """Return the rows as the driver gives them: what SQLAlchemy makes of them takes as long as to read them.

    Fit for columns that need no conversion: numbers, strings and bytes.
    """
    result = session.connection().execute(query)
    rows = [*result.cursor.fetchall()]
    result.close()
    return rows


def array_of(values: Sequence[Any]) -> NDArray[Any]:
    array = np.empty(len(values), object)
    array[:] = values
    return array


def marks(session: Session) -> dict[str, Mark]:
    """Return how far each source was read."""
    return {row.source: Mark(row.xid, row.seq) for row in session.exec(select(RollupState))}


def _nano(values: NDArray[Any]) -> NDArray[np.int64]:
    return np.rint(values.astype(float) * 1e9).astype(np.int64)


def _cell(columns: Columns) -> tuple[NDArray[np.object_], ...]:
    return tuple(columns[{"release": "release_id"}.get(name, name)] for name in CELL)


def turns(columns: Columns) -> Batch:
    """Read turns; the time of those that did not end well is not counted."""
    cost = columns["cost_usd"].astype(float)
    well = np.array([error is None for error in columns["error"]])
    took = np.where(well, columns["total_ms"].astype(float), 0.0)
    took = np.where(well, np.maximum(took, 1e-3), 0.0)
    adds = {
        "turns": np.ones(len(cost), np.int64),
        "errors": (~well).astype(np.int64),
        "input_tokens": columns["input_tokens"].astype(np.int64),
        "output_tokens": columns["output_tokens"].astype(np.int64),
        "costed": (~np.isnan(cost)).astype(np.int64),
        "cost_nano": _nano(np.nan_to_num(cost)),
        "saved_nano": _nano(np.nan_to_num(columns["saved_usd"].astype(float))),
        "timed": well.astype(np.int64),
        "time_us": np.rint(took * 1000).astype(np.int64),
    }
    hour = columns["hour"].astype(np.int64)
    return Batch(columns["tenant"], hour, _cell(columns), adds, took, columns["actor_id"])


def votes(columns: Columns) -> Batch:
    """Read changes of votes: each moves the count of its turn's hour."""
    before, after = columns["before"].astype(np.int64), columns["after"].astype(np.int64)
    adds = {
        "ups": (after == 1).astype(np.int64) - (before == 1),
        "downs": (after == -1).astype(np.int64) - (before == -1),
    }
    return _of_turns(columns, adds)


def verdicts(columns: Columns) -> Batch:
    """Read what became known of hits, in the hour of their turn."""
    before, after = (columns[name].astype(float) for name in ("before", "after"))
    adds = {
        "audited": (~np.isnan(after)).astype(np.int64) - (~np.isnan(before)),
        "false_hits": (after == 0).astype(np.int64) - (before == 0),
    }
    return _of_turns(columns, adds)


def _of_turns(columns: Columns, adds: dict[str, NDArray[np.int64]]) -> Batch:
    hour = columns["turn_hour"].astype(np.int64)
    return Batch(columns["tenant"], hour, _cell(columns), adds, np.zeros(len(hour)))


TURNS = Source(
    TurnEvent,
    (
        *_CELL, "hour", "actor_id", "total_ms", "error", "input_tokens", "output_tokens", "cost_usd", "saved_usd",
    ),
    turns,
)  # fmt: skip
VOTES = Source(VoteEvent, (*_CELL, "turn_hour", "before", "after"), votes)
VERDICTS = Source(VerdictEvent, (*_CELL, "turn_hour", "before", "after"), verdicts)
SOURCES = (TURNS, VOTES, VERDICTS)
