from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access.model import Role
from core.database import Database
from core.drift.episodes import Told, episodes_of, told_of
from core.drift.finding import Finding
from core.drift.model import Level, Signal, start_of
from core.errors import ForbiddenError
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, Past
from tests.core.drift.rooms import Room
from tests.house import person

STEP = 30
PM = person("Pia", Role.PRODUCT)
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def alert(before: Level, after: Level, hours: float, onset: float | None, signal: Signal = Signal.MISS) -> Told:
    return Told(signal, before, after, AT + hours * HOUR, None if onset is None else AT + onset * HOUR)


def test_a_drift_lasts_from_its_onset_to_the_alert_that_says_it_is_over() -> None:
    first, again = episodes_of(
        [
            alert(Level.CALM, Level.WATCH, 0, -30),
            alert(Level.WATCH, Level.CRITICAL, 2, -28),
            alert(Level.CRITICAL, Level.DRIFT, 5, -28),
            alert(Level.DRIFT, Level.CALM, 9, None),
            alert(Level.CALM, Level.DRIFT, 40, 31),
        ]
    )
    assert (first.level, first.onset, first.over, len(first.told)) == (Level.CRITICAL, AT - 28 * HOUR, AT + 9 * HOUR, 4)
    assert (again.level, again.onset, again.over) == (Level.DRIFT, AT + 31 * HOUR, None)


def test_signals_drift_side_by_side_and_come_in_the_order_of_their_onset() -> None:
    late, early = alert(Level.CALM, Level.DRIFT, 0, -3), alert(Level.CALM, Level.WATCH, 1, -9, Signal.DISLIKE)
    assert [one.signal for one in episodes_of([late, early])] == [Signal.DISLIKE, Signal.MISS]


def test_an_end_without_its_beginning_is_left_out_and_an_unknown_onset_is_the_first_alert() -> None:
    over = alert(Level.DRIFT, Level.CALM, 0, None)
    assert episodes_of([over]) == []
    (one,) = episodes_of([over, alert(Level.CALM, Level.WATCH, 3, None)])
    assert one.onset == AT + 3 * HOUR


def test_the_onset_is_that_of_the_signal_in_its_report() -> None:
    findings = [{"signal": "dislike", "onset": 5}, {"signal": "miss", "onset": 7}]
    assert told_of("miss", "calm", "watch", AT, findings).onset == datetime(1970, 1, 1, 7, tzinfo=UTC)


def test_alerts_of_several_channels_are_one_drift_that_begins_before_they_were_told(
    database: Database, embedder: Embedder
) -> None:
    past = Past(REFERENCE + 120, seed=3).raised(Signal.MISS, 0.55, LIVE + STEP, LIVE + 60)
    room = Room(database, past, embedder, channels=("slack", "mail"))
    assert room.drift.episodes(PM) == []
    room.hourly(STEP + 12)
    room.drift.test_alerts(PM)
    (one,) = room.drift.episodes(PM)
    assert (one.signal, len(one.told), one.over) == (Signal.MISS, 1, None)
    facts = next(f for f in room.reports()[-1].findings if f["signal"] == Signal.MISS)
    assert one.onset == start_of(Finding.read(facts).onset or 0) < one.told[0].at
    room.hourly(118)
    (over,) = room.drift.episodes(PM)
    assert over.over == room.clock.now()
    assert room.drift.episodes(person("Otto", Role.PRODUCT, tenant="another")) == []
    with pytest.raises(ForbiddenError):
        room.drift.episodes(person())
