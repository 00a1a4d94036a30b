from __future__ import annotations

from datetime import timedelta

import pytest

from core.access.model import Role
from core.access.records import audit_since
from core.database import Database
from core.drift.model import DAY, start_of
from core.errors import ForbiddenError, InputError
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, START, Past
from tests.core.drift.rooms import Room
from tests.house import TENANT, person

PM = person("Pia", Role.PRODUCT)


@pytest.fixture
def room(database: Database, embedder: Embedder) -> Room:
    return Room(database, Past(REFERENCE + 30 * DAY, volume=0.5), embedder).at(1)


def test_the_first_whole_days_become_the_reference_once_there_are_enough(room: Room) -> None:
    assert room.at(-1).references.ensure(TENANT) is None
    frozen = room.at(1).references.ensure(TENANT)
    assert frozen is not None
    assert (frozen.since_hour, frozen.until_hour, frozen.by) == (START, LIVE, "system")
    again = room.at(500).references.ensure(TENANT)
    assert again is not None
    assert again.id == frozen.id, "it is frozen: later days do not move it"


def test_a_person_freezes_another_with_a_reason_and_it_is_audited(room: Room) -> None:
    room.references.ensure(TENANT)
    room.at(20 * DAY)
    made = room.drift.refreeze(PM, start_of(LIVE), start_of(LIVE + 10 * DAY), "  The new\nlibrary  is usual now ")
    assert room.drift.references(PM)[0].id == made.id
    assert (made.by, made.reason) == (PM.id, "The new library is usual now")
    with room.database.read() as session:
        last = audit_since(session, TENANT, "drift.reference", start_of(START))[-1]
    assert (last.actor, last.detail["reason"]) == (PM.id, made.reason)
    assert room.drift.state(PM).reference == made


@pytest.mark.parametrize(
    ("days", "reason", "problem"),
    [(6, "why", "7 to 90 days"), (91, "why", "7 to 90 days"), (10, "  ", "Say why"), (10, "x" * 501, "Say why")],
)
def test_what_is_no_reference_is_refused(room: Room, days: int, reason: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        room.drift.refreeze(PM, start_of(LIVE - days * DAY), start_of(LIVE), reason)


def test_a_reference_that_is_not_over_is_refused_and_so_are_trainers(room: Room) -> None:
    with pytest.raises(InputError, match="has to be over"):
        room.drift.refreeze(PM, start_of(LIVE), room.clock.now() + timedelta(days=20), "why")
    with pytest.raises(ForbiddenError):
        room.drift.refreeze(person(), start_of(START), start_of(LIVE), "why")
