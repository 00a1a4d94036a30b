from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.access.model import system
from core.database import Database
from core.drift.history import LastAction
from core.drift.model import Kind, Level, Signal
from core.errors import DatabaseError
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, Past
from tests.core.drift.rooms import Room
from tests.house import TENANT

STEP = 200
"""The hour after the reference in which the step begins."""


@pytest.fixture(scope="module")
def step() -> Past:
    return Past(REFERENCE + 400).raised(Signal.MISS, 0.45, LIVE + STEP)


def same(room: Room) -> list[dict[str, object]]:
    return [report.model_dump() for report in room.reports()]


def test_without_a_past_there_is_not_enough_data(database: Database, embedder: Embedder) -> None:
    room = Room(database, Past(24), embedder)
    (report,) = room.hourly(-REFERENCE + 48)
    assert (report.level, report.reference_id) == (Level.NO_DATA, None)
    assert report.sentence.startswith("Not enough data")
    assert room.alerts() == []


def test_a_reference_with_too_few_votes_says_so_and_judges_the_rest(database: Database, embedder: Embedder) -> None:
    room = Room(database, Past(REFERENCE + 48, volume=0.02), embedder)
    (report,) = room.hourly(24)
    found = {one["signal"]: one["level"] for one in report.findings}
    assert found == {"miss": Level.CALM, "dislike": Level.NO_DATA, "false_hit": Level.NO_DATA}


def test_each_window_has_one_report_however_often_it_is_asked_for(
    database: Database, embedder: Embedder, step: Past
) -> None:
    room = Room(database, step, embedder)
    assert [one.kind for one in room.at(24 * 7 + 0.1).drift.run()] == [Kind.HOURLY, Kind.DAILY, Kind.WEEKLY]
    before = same(room)
    assert room.at(24 * 7 + 0.9).drift.run() == []
    assert same(room) == before


def test_windows_that_a_pause_left_out_are_made_up_for(database: Database, embedder: Embedder, step: Past) -> None:
    room = Room(database, step, embedder)
    room.hourly(100)
    assert [one.until_hour - LIVE for one in room.hourly(105)] == [101, 102, 103, 104, 105]
    assert len(room.hourly(300)) == 48


def test_a_report_after_a_pause_is_the_one_that_would_have_been_made_in_time(
    database: Database, embedder: Embedder, step: Past
) -> None:
    late = Room(database, step, embedder)
    late.hourly(208)
    late.hourly(212)
    facts = {one.until_hour: (one.findings, one.changes, one.inputs_hash) for one in late.reports()}
    seen = late.at(210).drift.state(system(TENANT))
    assert [one.finding.evidence for one in seen.signals] == [one["evidence"] for one in facts[LIVE + 210][0]]


def test_a_crash_leaves_the_window_to_the_next_call(
    database: Database, embedder: Embedder, step: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(database, step, embedder)
    room.hourly(STEP)
    kept, calls = room.analysis._keep, []

    def breaking(*given):
        calls.append(given)
        if len(calls) == 4:
            raise DatabaseError("The disk is full.")
        return kept(*given)

    monkeypatch.setattr(room.analysis, "_keep", breaking)
    with pytest.raises(DatabaseError):
        room.hourly(STEP + 12)
    assert len(room.reports()) == 4
    assert len(room.hourly(STEP + 12)) == 9
    assert [one.until_hour - LIVE for one in room.reports()] == list(range(STEP, STEP + 13))
    told = [(alert.signal, alert.after) for alert in room.alerts()]
    assert len(set(told)) == len(told), "each change was told once"


def test_a_step_is_found_dated_told_once_and_confirmed(database: Database, embedder: Embedder, step: Past) -> None:
    room = Room(database, step, embedder)
    room.hourly(STEP - 1)
    room.hourly(STEP + 20)
    assert Level(room.hourly(STEP + 30)[-1].level).rank >= Level.DRIFT.rank
    room.hourly(STEP + 60)
    levels = [one.level for one in room.reports()]
    assert Level.DRIFT in levels[: 24 + 1]
    assert levels[-1] == Level.CONFIRMED
    told = [(alert.before, alert.after) for alert in room.alerts() if alert.signal == Signal.MISS]
    assert told[-2:] == [(Level.WATCH, Level.DRIFT), (Level.DRIFT, Level.CONFIRMED)]
    (found,) = [one for one in room.reports()[-1].findings if one["signal"] == Signal.MISS]
    assert abs(found["onset"] - LIVE - STEP) <= 6
    assert found["rate"] == pytest.approx(0.45, abs=0.04)
    assert found["usual"] == pytest.approx(0.30, abs=0.03)
    assert re.search(r"misses run at 4\d % where (29|30|31) % is usual", room.alerts()[-1].body)


def test_it_recommends_and_knows_what_was_done(database: Database, embedder: Embedder, step: Past) -> None:
    room = Room(database, step, embedder)
    assert room.hourly(STEP + 30)[-1].advice["what"] == "refresh"
    room.acts.action = LastAction("refresh", Signal.MISS, LIVE + STEP + 30, ended=False)
    assert room.hourly(STEP + 31)[-1].advice["what"] == "wait"


def test_of_two_servers_one_writes_and_one_alert_goes_out(database: Database, embedder: Embedder, step: Past) -> None:
    rooms = [Room(database, step, embedder).at(STEP + 30.1) for _ in range(2)]
    rooms[0].references.ensure(TENANT)
    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(lambda room: room.drift.run([Kind.HOURLY]), rooms))
    assert sorted(len(one) for one in written) == [0, 1]
    told = [alert.signal for alert in rooms[0].alerts()]
    assert len(set(told)) == len(told) > 0
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda room: room.drift.deliver(), rooms))
    assert sum(sent) == len(told) == sum(len(room.postbox.sent) for room in rooms)
