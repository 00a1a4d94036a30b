from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import select

from core.access.model import Role
from core.access.records import AuditRow, broken_link
from core.database import Database
from core.errors import ForbiddenError, NotFoundError
from core.releases.model import CANARY, STABLE, ReleaseSpec, in_canary
from core.releases.records import Channel
from core.releases.service import Releases
from tests.house import MovableClock, person

FIRST = ReleaseSpec("library", "v1", "embedder", "knowledge", "on")
SECOND = replace(FIRST, chat_model="a better one")
ADMIN = person("Ada", Role.ADMIN)
LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@pytest.fixture
def releases(database: Database, clock: MovableClock) -> Releases:
    return Releases(database, clock)


def audit(database: Database) -> list[tuple[str, str, dict[str, str]]]:
    with database.read() as session:
        assert broken_link(session, "default") is None
        return [(row.action, row.subject, row.detail) for row in session.exec(select(AuditRow))]


def point(database: Database, name: str, release: str, share: float = 1.0) -> None:
    with database.begin() as session:
        session.merge(Channel(tenant="default", name=name, release_id=release, share=share, moved_at=LONG_AGO))


def test_before_the_first_start_nothing_is_served(releases: Releases) -> None:
    with pytest.raises(NotFoundError, match="No release is being served yet; start the app once"):
        releases.serving(person())


def test_what_was_configured_serves_everybody(releases: Releases) -> None:
    configured = releases.configure("default", FIRST)
    assert (configured.release_id, configured.channel, configured.spec) == (FIRST.id, STABLE, FIRST)
    for name in ("Ana", "Ben"):
        assert releases.serving(person(name)) == configured


def test_to_configure_the_same_again_changes_nothing(
    releases: Releases, database: Database, clock: MovableClock
) -> None:
    first = releases.configure("default", FIRST)
    kept, written = releases.listing(ADMIN), audit(database)
    clock.pass_by(days=1)
    assert releases.configure("default", replace(FIRST)) == first
    assert releases.listing(ADMIN) == kept
    assert audit(database) == written


def test_another_spec_is_another_release_and_takes_over(releases: Releases, clock: MovableClock) -> None:
    releases.configure("default", FIRST)
    clock.pass_by(days=1)
    releases.configure("default", SECOND)
    assert releases.serving(person()).spec == SECOND
    newest, oldest = releases.listing(ADMIN)
    assert (newest.spec, newest.channels, newest.created_at) == (SECOND, (STABLE,), clock.now())
    assert (oldest.spec, oldest.channels) == (FIRST, ())


def test_to_go_back_makes_no_new_release(releases: Releases, clock: MovableClock) -> None:
    for spec in (FIRST, SECOND, FIRST):
        releases.configure("default", spec)
        clock.pass_by(days=1)
    assert releases.serving(person()).spec == FIRST
    assert [one.spec for one in releases.listing(ADMIN)] == [SECOND, FIRST]
    assert [move.release_id for move in releases.moves(ADMIN, LONG_AGO)] == [FIRST.id, SECOND.id, FIRST.id]


def test_every_new_release_and_every_move_is_in_the_audit_trail(releases: Releases, database: Database) -> None:
    releases.configure("default", FIRST)
    releases.configure("default", SECOND)
    created, moved, created_next, moved_next = audit(database)
    assert created[:2] == ("release.created", FIRST.id)
    assert created[2]["chat_model"] == "library"
    assert moved == ("channel.moved", STABLE, {"from": "", "to": FIRST.id})
    assert created_next[:2] == ("release.created", SECOND.id)
    assert moved_next == ("channel.moved", STABLE, {"from": FIRST.id, "to": SECOND.id})


def test_moves_are_told_with_their_time_since_a_time(releases: Releases, clock: MovableClock) -> None:
    releases.configure("default", FIRST)
    clock.pass_by(days=1)
    releases.configure("default", SECOND)
    (move,) = releases.moves(person(role=Role.PRODUCT), clock.now())
    assert (move.at, move.channel, move.release_id) == (clock.now(), STABLE, SECOND.id)


def test_a_canary_serves_its_share_and_stable_the_others(releases: Releases, database: Database) -> None:
    releases.configure("default", SECOND)
    releases.configure("default", FIRST)
    point(database, CANARY, SECOND.id, share=0.3)
    people = [person(f"person {number}") for number in range(60)]
    served = {one.id: releases.serving(one) for one in people}
    for one in people:
        expected = (CANARY, SECOND) if in_canary(one.id, SECOND.id, 0.3) else (STABLE, FIRST)
        assert (served[one.id].channel, served[one.id].spec) == expected
        assert releases.serving(one) == served[one.id]
    assert len({one.channel for one in served.values()}) == 2


def test_a_channel_that_points_nowhere_is_said(releases: Releases, database: Database) -> None:
    point(database, STABLE, "no such release")
    with pytest.raises(NotFoundError, match="No release is being served yet"):
        releases.serving(person())


def test_tenants_have_releases_of_their_own(releases: Releases) -> None:
    releases.configure("default", FIRST)
    releases.configure("gym", SECOND)
    assert releases.serving(person()).spec == FIRST
    assert releases.serving(person(tenant="gym")).spec == SECOND
    assert [one.spec for one in releases.listing(ADMIN)] == [FIRST]
    assert [move.release_id for move in releases.moves(ADMIN, LONG_AGO)] == [FIRST.id]


def test_of_many_releases_the_newest_are_listed(releases: Releases, clock: MovableClock) -> None:
    for number in range(4):
        releases.configure("default", replace(FIRST, prompt_version=str(number)))
        clock.pass_by(minutes=1)
    assert [one.spec.prompt_version for one in releases.listing(ADMIN, limit=2)] == ["3", "2"]


@pytest.mark.parametrize("role", [Role.TRAINER, Role.PRODUCT])
def test_only_admins_see_the_releases(releases: Releases, role: Role) -> None:
    with pytest.raises(ForbiddenError, match="needs the role admin"):
        releases.listing(person(role=role))


def test_trainers_do_not_see_the_moves(releases: Releases) -> None:
    with pytest.raises(ForbiddenError, match="needs the role product manager"):
        releases.moves(person(), LONG_AGO)


def test_a_move_names_what_changed(releases: Releases) -> None:
    for spec in (FIRST, replace(FIRST, knowledge_version="newer"), SECOND):
        releases.configure("default", spec)
    moves = releases.moves(ADMIN, LONG_AGO)
    assert [move.changed for move in moves] == [(), ("knowledge_version",), ("chat_model", "knowledge_version")]
