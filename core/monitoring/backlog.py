"""The events that no rollup holds yet, in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, literal, or_, text, tuple_
from sqlmodel import Session, SQLModel, col, func, select

from core.monitoring.commits import settled_below
from core.monitoring.counting import Numbers, turns, verdicts, votes
from core.monitoring.gathering import CELL, Batch
from core.monitoring.records import TurnEvent, VerdictEvent, VoteEvent
from core.monitoring.rollup_records import ALL, RollupState
from core.monitoring.rows import chunks, is_postgresql
from core.monitoring.sparse import Ints

_CELL = tuple({"release": "release_id"}.get(name, name) for name in CELL)
_BEFORE = 2 + 1 + len(CELL)
"""Columns of a row that was read that come before its numbers: its place, its tenant and its cell."""
_AT_ONCE = 100
"""Rows that are turned into columns together: few enough to stay in a processor's cache meanwhile."""
_LEAST = 100
"""Events of a kind that are read at least: :meth:`Source.ahead` does not see those that were committed late."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of a source that was read."""

    xid: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of event: its table, the columns of numbers that count, and what they add and how long they took."""

    table: type[SQLModel]
    numbers: tuple[str, ...]
    adds: Callable[[Numbers], tuple[dict[str, Ints], NDArray[np.float64]]]
    hour: str = "turn_hour"
    actor: str | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)

    def waiting(self, session: Session, mark: Mark) -> ColumnElement[bool]:
        """Return the condition of the rows after a mark that nothing can come to light among any more."""
        xid: ColumnElement[int] = self._column("xid")
        seq: ColumnElement[int] = self._column("seq")
        if not is_postgresql(session):
            return seq > mark.seq
        # Compared as a pair, the two are read along their index, with nothing to sort.
        return and_(tuple_(xid, seq) > (mark.xid, mark.seq), xid < settled_below(session))

    def read(self, session: Session, mark: Mark, limit: int) -> tuple[Batch, Mark] | None:
        """Return the next events (at most `limit`) and the mark behind them; None where nothing waits."""
        order = [self._column("seq")]
        if is_postgresql(session):
            order.insert(0, self._column("xid"))
            # A planner that knows nothing yet of rows this new would sort all that wait, for each part of them.
            session.execute(text("SET LOCAL enable_sort = off"))
        query = select(*self.wanted()).where(self.waiting(session, mark)).order_by(*order).limit(limit)
        return self.batch(chunks(session, query, _AT_ONCE))

    def ahead(self, session: Session, mark: Mark) -> int:
        """Return about how many rows were written after a mark, without counting them."""
        return max(0, (session.exec(select(func.max(self._column("seq")))).one() or 0) - mark.seq)

    def wanted(self) -> list[Any]:
        """Return the columns that :meth:`batch` takes, in their order."""
        numbers = [self._column("error").is_not(None) if one == "error" else self._column(one) for one in self.numbers]
        names = ("xid", "seq", "tenant", *_CELL)
        return [*map(self._column, names), *numbers, *([self._column(self.actor)] if self.actor else [])]

    def batch(self, chunks: Iterable[Sequence[Any]]) -> tuple[Batch, Mark] | None:
        """Return rows of what is :meth:`wanted` as columns, and the mark behind the last; None of no row."""
        cells, actors = Numbered(), Numbered()
        cell, actor, parts = list[Ints](), list[Ints](), list[NDArray[np.float64]]()
        last: Any = None
        for rows in chunks:
            columns, last = list(zip(*rows, strict=True)), rows[-1]
            cell.append(cells.of(list(zip(*columns[2:_BEFORE], strict=True))))
            parts.append(np.array(columns[_BEFORE : _BEFORE + len(self.numbers)], np.float64))
            if self.actor:
                actor.append(actors.of(columns[-1]))
        if last is None:
            return None
        numbers = dict(zip(self.numbers, np.concatenate(parts, axis=1), strict=True))
        adds, took = self.adds(numbers)
        who = np.concatenate(actor) if actor else None
        hour = numbers[self.hour].astype(np.int64)
        return Batch(list(cells), np.concatenate(cell), hour, adds, took, who, list(actors)), Mark(last[0], last[1])

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


class Numbered(dict[Any, int]):
    """Numbers what it is asked for, in the order in which it was first asked for."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number

    def of(self, values: Sequence[Any]) -> Ints:
        """Return the number of each value."""
        return np.fromiter(map(self.__getitem__, values), np.int64, len(values))


@dataclass(frozen=True, slots=True)
class State:
    """How far the rollups have come: the last row read of each source, how often they changed, and when last."""

    marks: Mapping[str, Mark]
    generation: int = 0
    at: datetime | None = None

    def mark(self, source: Source) -> Mark:
        """Return the last row read of a source."""
        return self.marks.get(source.name, Mark())


def state_of(session: Session) -> State:
    """Return how far the rollups have come."""
    names = ("source", "xid", "seq", "generation", "at")
    rows = session.execute(select(*(getattr(RollupState, name) for name in names))).all()
    generation, at = next(((row.generation, row.at) for row in rows if row.source == ALL), (0, None))
    return State({row.source: Mark(row.xid, row.seq) for row in rows}, generation, at)


TURNS = Source(
    TurnEvent,
    ("hour", "total_ms", "error", "input_tokens", "output_tokens", "cost_usd", "saved_usd"),
    turns,
    "hour",
    "actor_id",
)
VOTES = Source(VoteEvent, ("turn_hour", "before", "after"), votes)
VERDICTS = Source(VerdictEvent, ("turn_hour", "before", "after"), verdicts)
SOURCES = (TURNS, VOTES, VERDICTS)


def any_waiting(session: Session, state: State) -> bool:
    """Say whether an event of any kind waits: one statement, as most often none does."""
    found = [select(literal(1)).where(one.waiting(session, state.mark(one))).exists() for one in SOURCES]
    return bool(session.exec(select(or_(*found))).one())


def side_by_side(session: Session, state: State, limit: int) -> list[tuple[Source, tuple[Batch, Mark]]]:
    """Return the next events of each kind that has any, `limit` of the kind with most: the same part of what waits.

    What votes of a long time add would else be written long before their turns, and the same rows again with these.
    """
    waiting = [(one, state.mark(one)) for one in SOURCES]
    ahead = [one.ahead(session, mark) for one, mark in waiting]
    parts = [max(ceil(limit * some / max(*ahead, 1)), min(limit, _LEAST)) for some in ahead]
    found = [(one, one.read(session, mark, part)) for (one, mark), part in zip(waiting, parts, strict=True)]
    return [(one, read) for one, read in found if read]
