from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import delete, insert, update

from core.access.model import Role
from core.access.records import broken_link
from core.database import Database
from core.drift.model import Level, Signal
from core.drift.outbox import PAUSES
from core.drift.records import DriftAlert
from core.errors import ForbiddenError, NotFoundError
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, Past
from tests.core.drift.rooms import Room
from tests.house import TENANT, person

STEP = 30
PM = person("Pia", Role.PRODUCT)


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(REFERENCE + 120, seed=3).raised(Signal.MISS, 0.55, LIVE + STEP, LIVE + 60)


@pytest.fixture
def room(database: Database, past: Past, embedder: Embedder) -> Room:
    """Where misses have come to a drift that is not told yet to anybody."""
    room = Room(database, past, embedder, channels=("slack", "mail"))
    room.hourly(STEP + 12)
    return room


def states(room: Room) -> dict[str, tuple[str, int]]:
    return {alert.channel: (alert.state, alert.tries) for alert in room.alerts() if alert.signal == Signal.MISS}


def test_a_change_of_level_goes_to_each_channel_once_with_sentence_picture_and_link(room: Room) -> None:
    assert room.drift.deliver() == 2
    assert room.drift.deliver() == 0
    assert [channel for channel, _ in room.postbox.sent] == ["mail", "slack"]
    notice = room.postbox.sent[0][1]
    assert notice.title == "Misses: drift (was calm)"
    assert notice.body.startswith("Since ")
    assert "Propose a refresh." in notice.body
    assert (notice.link, notice.picture[:4]) == ("https://coach.test/drift", b"\x89PNG")


def test_the_same_level_is_not_told_again_and_the_end_is_told(room: Room) -> None:
    room.drift.deliver()
    room.hourly(STEP + 14)
    assert len(states(room)) == 2 == len(room.alerts())
    room.hourly(118)
    assert (room.alerts()[-1].before, room.alerts()[-1].after) == (Level.DRIFT, Level.CALM)


@pytest.mark.parametrize("backwards", [False, True])
def test_of_changes_that_were_told_at_one_moment_the_latest_counts(
    database: Database, embedder: Embedder, past: Past, backwards: bool
) -> None:
    room = Room(database, past, embedder)
    room.hourly(STEP)
    room.hourly(STEP + 12)
    told = [one.model_dump() for one in room.alerts() if one.signal == Signal.MISS]
    assert [one["after"] for one in told] == [Level.WATCH, Level.DRIFT]
    assert told[0]["at"] == told[1]["at"], "a pause was made up for"
    with database.begin() as session:  # whatever order they lie in
        session.execute(delete(DriftAlert))
        for one in reversed(told) if backwards else told:
            session.execute(insert(DriftAlert).values(**one))
    assert {one.level for one in room.hourly(STEP + 14)} == {Level.DRIFT}
    assert len([one for one in room.alerts() if one.signal == Signal.MISS]) == 2


def test_a_channel_that_fails_is_tried_again_later_and_the_other_is_not(room: Room) -> None:
    room.postbox.broken = {"slack"}
    room.drift.deliver()
    assert states(room) == {"mail": ("sent", 1), "slack": ("waiting", 1)}
    assert next(one for one in room.alerts() if one.channel == "slack").last_error == "slack does not answer."
    room.postbox.broken.clear()
    assert room.drift.deliver() == 0, "not before the pause is over"
    room.clock.time += PAUSES[0]
    assert room.drift.deliver() == 1
    assert [channel for channel, _ in room.postbox.sent] == ["mail", "slack"]


def test_after_the_last_try_it_has_failed_until_a_person_sends_it_again(room: Room) -> None:
    room.postbox.broken = {"slack"}
    for _ in range(len(PAUSES) + 3):
        room.drift.deliver()
        room.clock.time += timedelta(hours=5)
    assert states(room)["slack"] == ("failed", len(PAUSES) + 1)
    room.postbox.broken.clear()
    failed = next(one for one in room.drift.alerts(PM) if one.state == "failed")
    room.drift.send_again(PM, failed.id)
    assert room.drift.deliver() == 1
    with pytest.raises(NotFoundError):
        room.drift.send_again(PM, failed.id)


def test_what_was_cut_off_while_it_was_sent_is_not_sent_twice(room: Room) -> None:
    with room.database.begin() as session:
        session.exec(update(DriftAlert).values(state="sending", next_try_at=room.clock.now() + timedelta(minutes=10)))
    assert room.drift.deliver() == 0
    assert states(room)["slack"][0] == "sending", "another server may be at it"
    room.clock.pass_by(minutes=11)
    assert room.drift.deliver() == 0
    assert states(room)["slack"][0] == "unclear"
    assert room.postbox.sent == []


def test_quiet_hours_let_alerts_wait_but_not_critical_ones(database: Database, past: Past, embedder: Embedder) -> None:
    room = Room(database, past, embedder, quiet="16-20")
    room.hourly(STEP + 12)
    assert room.clock.now().hour == 18
    assert room.drift.deliver() == 0
    room.clock.pass_by(hours=2)
    assert room.drift.deliver() == 1
    report, seen = room.reports()[-1], room.drift._watch(TENANT)
    report.findings = [one | {"level": "critical"} for one in report.findings if one["signal"] == "miss"]
    room.at(STEP + 12)
    assert [one.next_try_at for one in room.analysis._alerting.due(report, seen)] == [room.clock.now()]


def test_without_a_channel_alerts_are_kept_for_the_page(database: Database, past: Past, embedder: Embedder) -> None:
    room = Room(database, past, embedder, channels=())
    room.hourly(STEP + 12)
    assert room.drift.deliver() == 0
    assert [(one.state, one.channel) for one in room.drift.alerts(PM)] == [("kept", "")]
    assert room.drift.test_alerts(PM) == ()


def test_a_test_goes_to_every_channel_at_once_and_says_what_became_of_it(room: Room) -> None:
    room.postbox.broken = {"mail"}
    tried = {one.channel: one.problem for one in room.drift.test_alerts(PM)}
    assert tried == {"slack": "", "mail": "mail does not answer."}
    assert [channel for channel, _ in room.postbox.sent] == ["slack"]
    assert {(one.channel, one.state) for one in room.drift.alerts(PM) if one.signal == "test"} == {
        ("slack", "sent"), ("mail", "failed"),
    }  # fmt: skip
    with room.database.read() as session:
        assert broken_link(session, TENANT) is None


def test_trainers_neither_see_nor_send_alerts(room: Room) -> None:
    for call in (room.drift.alerts, room.drift.test_alerts, room.drift.state):
        with pytest.raises(ForbiddenError):
            call(person())
    with pytest.raises(ForbiddenError):
        room.drift.send_again(person(), room.alerts()[0].id)


def test_another_tenant_finds_no_alert(room: Room) -> None:
    other = person("Pia", Role.ADMIN, tenant="other")
    assert room.drift.alerts(other) == []
    with pytest.raises(NotFoundError):
        room.drift.send_again(other, room.alerts()[0].id)
