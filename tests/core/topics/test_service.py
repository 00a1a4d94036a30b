from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest
from sqlmodel import select

from core.access.model import Role
from core.access.records import AuditRow
from core.database import Database
from core.errors import ForbiddenError, InputError, NotFoundError
from core.topics.model import SAME_MEANING
from core.topics.records import Topic, TopicFit
from core.topics.service import WINDOW, Topics
from tests.core.topics.islands import Islands, questions_on
from tests.house import TENANT, MovableClock, person

PAULA = person("Paula", Role.PRODUCT)
FIRST = ("squat", "protein", "knee", "sleep", "running")


class Past:
    """What was asked, as a test says it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.since: datetime | None = None

    def __call__(self, tenant: str, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        self.since = since
        return self.asked[:limit] if tenant == TENANT else []

    def put(self, *islands: str, count: int = 60, first: int = 0) -> None:
        self.asked = [pair for island in islands for pair in questions_on(island, count, first)]


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def islands() -> Islands:
    return Islands()


@pytest.fixture
def topics(database: Database, islands: Islands, clock: MovableClock, past: Past) -> Topics:
    headings = [text for island in ("knee", "sleep", "water") for text, _ in questions_on(island, 12)]
    return Topics(database, islands, clock, past, lambda: headings, quick=True)


def by_island(topics: Topics, islands: Islands, *names: str) -> dict[str, str]:
    return {name: topics.assign(TENANT, islands.embed([f"{name} asked anew"])[0]) for name in names}


def test_before_the_first_fit_there_is_no_topic(topics: Topics, islands: Islands) -> None:
    assert topics.assign(TENANT, islands.embed(["knee"])[0]) == ""
    assert topics.topics(PAULA) == []


def test_a_fresh_system_has_the_topics_of_its_library(topics: Topics, islands: Islands, database: Database) -> None:
    assert topics.run(TENANT)
    found = by_island(topics, islands, "knee", "sleep", "water")
    assert len(set(found.values()) - {""}) == 3
    views = {view.id: view for view in topics.topics(PAULA)}
    assert views[found["water"]].words[0] == "water"
    assert views[found["water"]].typical
    with database.read() as session:
        assert [fit.source for fit in session.exec(select(TopicFit))] == ["library"]


def test_few_questions_leave_the_library_in_force(
    topics: Topics, past: Past, clock: MovableClock, database: Database
) -> None:
    topics.run(TENANT)
    past.put("running", count=40)
    clock.pass_by(days=2)
    assert not topics.fit(TENANT)
    assert past.since == clock.time - WINDOW


def test_topics_are_made_once_a_day(topics: Topics, past: Past, clock: MovableClock, islands: Islands) -> None:
    past.put(*FIRST)
    assert topics.run(TENANT)
    asked = islands.asked
    assert not topics.run(TENANT)
    clock.pass_by(hours=23)
    assert not topics.run(TENANT)
    assert islands.asked == asked, "looking whether it is time costs nothing"
    clock.pass_by(hours=2)
    assert topics.run(TENANT)


def test_a_topic_keeps_its_id_and_what_is_new_gets_another(
    topics: Topics, past: Past, islands: Islands, database: Database
) -> None:
    past.put(*FIRST)
    topics.fit(TENANT)
    before = by_island(topics, islands, *FIRST)
    assert "" not in before.values()
    for round_ in range(1, 4):
        past.put(*FIRST[1:], "creatine", first=round_ * 1000)
        assert topics.fit(TENANT)
    after = by_island(topics, islands, *FIRST[1:], "creatine")
    assert {name: after[name] for name in FIRST[1:]} == {name: before[name] for name in FIRST[1:]}
    assert after["creatine"] not in before.values()
    current, everything = topics.topics(PAULA), topics.topics(PAULA, former=True)
    assert before["squat"] not in {view.id for view in current}
    (gone,) = (view for view in everything if view.id == before["squat"])
    assert not gone.current
    assert gone.typical == (), "the texts of questions go with the topic"
    assert topics.names(PAULA)[before["squat"]] == gone.name
    with database.read() as session:
        for row in session.exec(select(Topic)):
            anchor, centre = (np.frombuffer(part, dtype=np.float32) for part in (row.anchor, row.centre))
            assert anchor @ centre >= SAME_MEANING, "an id never changes its meaning"
    past.put(*FIRST, first=9000)
    topics.fit(TENANT)
    assert by_island(topics, islands, "squat") == {"squat": before["squat"]}, "what comes back is known again"


def test_a_name_that_a_person_gave_is_kept(topics: Topics, past: Past, islands: Islands, database: Database) -> None:
    past.put(*FIRST)
    topics.fit(TENANT)
    knee = by_island(topics, islands, "knee")["knee"]
    was = topics.names(PAULA)[knee]
    topics.rename(PAULA, knee, "  Sore   knees ")
    past.put(*FIRST, first=500)
    topics.fit(TENANT)
    assert topics.names(PAULA)[knee] == "Sore knees"
    (view,) = (view for view in topics.topics(PAULA) if view.id == knee)
    assert (view.name, view.renamed) == ("Sore knees", True)
    with database.read() as session:
        (row,) = session.exec(select(AuditRow).where(AuditRow.action == "topic.renamed"))
    assert (row.subject, row.detail) == (knee, {"from": was, "to": "Sore knees"})
    topics.rename(PAULA, knee, "")
    assert topics.names(PAULA)[knee] == was


def test_who_may_do_what(topics: Topics, past: Past, islands: Islands) -> None:
    past.put(*FIRST)
    topics.fit(TENANT)
    knee = by_island(topics, islands, "knee")["knee"]
    trainer, stranger = person("Ana"), person("Olga", Role.ADMIN, tenant="other")
    for refused in (
        lambda: topics.topics(trainer),
        lambda: topics.rename(trainer, knee, "x"),
        lambda: topics.names(trainer),
    ):
        with pytest.raises(ForbiddenError):
            refused()
    assert topics.topics(stranger) == []
    assert topics.names(stranger) == {}
    with pytest.raises(NotFoundError):
        topics.rename(stranger, knee, "Mine")
    for bad in ("x" * 61, "a\u200bb"):
        with pytest.raises(InputError):
            topics.rename(PAULA, knee, bad)


def test_the_words_of_few_users_are_not_shown(topics: Topics, past: Past) -> None:
    past.put(*FIRST)
    past.asked += [(f"knee question after hernia number {place}", "user 1") for place in range(30)]
    topics.fit(TENANT)
    words = {word for view in topics.topics(PAULA) for word in view.words}
    assert any("knee" in word for word in words)
    assert not any("hernia" in word for word in words)


def test_two_servers_agree(
    topics: Topics,
    database: Database,
    islands: Islands,
    clock: MovableClock,
    past: Past,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    past.put(*FIRST)
    topics.fit(TENANT)
    other = Topics(database, islands, clock, past, list, quick=True)
    before = by_island(other, islands, *FIRST)
    assert before == by_island(topics, islands, *FIRST)
    past.put(*FIRST, "creatine", first=100)
    topics.fit(TENANT)
    assert by_island(other, islands, "creatine") == {"creatine": ""}, "it looks every half minute"
    monkeypatch.setattr("core.topics.assigning.LOOK_EVERY_S", 0.0)
    assert by_island(other, islands, "creatine") == by_island(topics, islands, "creatine") != {"creatine": ""}


def test_no_texts_are_no_fit(database: Database, islands: Islands, clock: MovableClock, past: Past) -> None:
    assert not Topics(database, islands, clock, past, list, quick=True).run(TENANT)
