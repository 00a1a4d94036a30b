"""Keeps the rollups: each event is read once, and what it adds is written in the transaction that says so.

Events are read and added up outside of any lock. The writing transaction then raises the generation, which only one can
do from where it started: of two that read the same events one writes, and the other starts again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import datasketches
import numpy as np
from sqlalchemy import delete, text, update
from sqlmodel import Session, col, select

from core.database import Database
from core.monitoring.backlog import SOURCES, TURNS, Mark, Source, any_waiting, side_by_side, state_of
from core.monitoring.gathering import CELL, Gathered, Key, gathered, together
from core.monitoring.records import TurnEvent
from core.monitoring.rollup_records import ALL, LATENCY, Rollup, RollupDay, RollupState, RollupUsers, RollupValue
from core.monitoring.rows import plain_rows, put
from core.monitoring.sparse import BUCKETS, COUNTS, LATENCIES, WIDTH, Ints, Sparse

AT_ONCE = 200_000
"""Events that are held in memory together."""
LG_REGISTERS = 11
"""Of a HyperLogLog sketch: 2^11 registers, a relative standard error of 2.3 %."""
MOST_LISTED = 1000
"""Values that a query names one by one."""


class Rollups:
    """Brings the rollups in step with the events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def advance(self, now: datetime, limit: int = AT_ONCE) -> int:
        """Read up to `limit` events of each kind and return how many; 0 if none wait or another was quicker."""
        with self._database.read() as session:
            state = state_of(session)
            found = side_by_side(session, state, limit) if any_waiting(session, state) else []
        if not found:
            return 0
        gain = together([gathered(batch) for _, (batch, _) in found])
        with self._database.begin() as session:
            if not _raise(session, state.generation, now):
                return 0
            add(session, gain)
            for source, (_, mark) in found:
                _move(session, source, mark)
        return sum(len(batch.hour) for _, (batch, _) in found)

    def rebuild(self, now: datetime) -> int:
        """Throw the rollups away and read every event again; return how many."""
        with self._database.begin() as session:
            _raise(session, None, now)
            for one in (Rollup, RollupDay, RollupUsers, RollupValue):
                session.execute(delete(one))
            session.execute(update(RollupState).where(col(RollupState.source) != ALL).values(xid=0, seq=0))
        total = 0
        while count := self.advance(now):
            total += count
        return total


def take_back(session: Session, turn_id: str, now: datetime) -> None:
    """Delete the event of a turn that ends anew, and what a rollup already holds of it; without one nothing happens."""
    query = select(*TURNS.wanted()).where(TurnEvent.turn_id == turn_id)
    found = TURNS.batch([rows] if (rows := plain_rows(session, query)) else [])
    if found is None:
        return
    batch, place = found
    # Whoever is adding events up just now may hold this one: it starts again once the generation is another.
    _raise(session, None, now)
    mark = state_of(session).mark(TURNS)
    if (mark.xid, mark.seq) >= (place.xid, place.seq):
        add(session, gathered(batch, sign=-1))
    session.execute(delete(TurnEvent).where(col(TurnEvent.turn_id) == turn_id))


def _raise(session: Session, generation: int | None, now: datetime) -> bool:
    """Raise the generation, from the one given if one is; hold it to the end of the transaction."""
    new = "INSERT INTO rollup_state (source, xid, seq, generation) VALUES (:source, 0, 0, 0) ON CONFLICT DO NOTHING"
    session.execute(text(new), [{"source": name} for name in (ALL, *(one.name for one in SOURCES))])
    change = update(RollupState).where(col(RollupState.source) == ALL)
    if generation is not None:
        change = change.where(col(RollupState.generation) == generation)
    changed = session.exec(
        change.values(generation=col(RollupState.generation) + 1, at=now).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)


def _move(session: Session, source: Source, mark: Mark) -> None:
    change = update(RollupState).where(col(RollupState.source) == source.name)
    session.execute(change.values(xid=mark.xid, seq=mark.seq).execution_options(synchronize_session=False))


def add(session: Session, gain: Gathered) -> None:
    """Add what was gathered to the rollups; the caller holds the generation."""
    if not gain.keys:
        return
    number = {key: place for place, key in enumerate(gain.keys)}
    stored = _stored(session, gain.keys)
    there = {key for key, _, _ in stored}
    rows = np.array([number[key] for key, _, _ in stored], np.int64)
    counts = _merged(gain.counts, [one for _, one, _ in stored], rows, COUNTS)
    latency = _merged(gain.latency, [one for _, _, one in stored], rows, LATENCIES)
    size, names = len(number), ("tenant", "cube", "day", *CELL)
    times = iter(latency.cut(len(LATENCY), BUCKETS).packed(size * len(LATENCY), LATENCIES))
    sums = latency.folded(BUCKETS).packed(size, LATENCIES), counts.packed(size, COUNTS)
    hours = ((*key, *own, *islice(times, len(LATENCY))) for key, *own in zip(gain.keys, *sums, strict=True))
    put(session, "rollups", names, ("day_latency", "counts", *LATENCY), hours, there)
    days = zip(gain.keys, counts.folded(WIDTH).packed(size, COUNTS), strict=True)
    put(session, "rollup_days", names, ("counts",), ((*key, one) for key, one in days), there)
    _add_users(session, gain.users)
    _add_values(session, gain.keys)


def _merged(new: Sparse, stored: Sequence[bytes], rows: Ints, kind: np.dtype[Any]) -> Sparse:
    """Add what is stored, each vector as one of the new `rows`, to what is new."""
    if not stored:
        return new
    old = Sparse.unpacked(stored, kind)
    return Sparse.joined([new, Sparse(rows[old.row], old.at, old.n)]).summed()


def _stored(session: Session, keys: Sequence[Key]) -> list[tuple[Key, bytes, bytes]]:
    """Return those of the rollups that are there."""
    groups: dict[tuple[str, str], list[Key]] = {}
    for key in keys:
        groups.setdefault(key[:2], []).append(key)
    found: list[tuple[Key, bytes, bytes]] = []
    wanted: list[Any] = [getattr(Rollup, name) for name in ("day", *CELL, "counts", *LATENCY)]
    for (tenant, cube), inner in groups.items():
        query = select(*wanted).where(Rollup.tenant == tenant, Rollup.cube == cube)
        for place, one in enumerate(wanted[:6]):
            if len(values := {key[2 + place] for key in inner}) <= MOST_LISTED:
                query = query.where(one.in_(sorted(values)))
        mine = set(inner)
        for row in plain_rows(session, query):
            if (key := (tenant, cube, *row[:6])) in mine:
                found.append((key, row[6], b"".join(row[7:])))
    return found


def _add_users(session: Session, users: dict[tuple[str, str, int, str], list[int]]) -> None:
    rows, stored = [], dict[tuple[str, str, int, str], bytes]()
    columns: list[Any] = [getattr(RollupUsers, name) for name in ("tenant", "cube", "day", "value", "sketch")]
    for tenant, cube in sorted({key[:2] for key in users}):
        days = sorted({key[2] for key in users if key[:2] == (tenant, cube)})
        query = select(*columns).where(RollupUsers.tenant == tenant, RollupUsers.cube == cube)
        query = query.where(col(RollupUsers.day).between(days[0], days[-1]))
        stored |= {row[:4]: row[4] for row in plain_rows(session, query)}
    for key, who in users.items():
        union = datasketches.hll_union(LG_REGISTERS)
        if key in stored:
            union.update(datasketches.hll_sketch.deserialize(stored[key]))
        sketch = datasketches.hll_sketch(LG_REGISTERS)
        for one in who:
            sketch.update(one)
        union.update(sketch)
        rows.append((*key, union.get_result().serialize_compact()))
    put(session, "rollup_users", ("tenant", "cube", "day", "value"), ("sketch",), rows, stored)


def _add_values(session: Session, keys: Sequence[Key]) -> None:
    seen = {(key[0], cube, key[3 + CELL.index(cube)]) for key in keys if (cube := key[1]) in CELL}
    put(session, "rollup_values", ("tenant", "dimension", "value"), (), sorted(seen))
