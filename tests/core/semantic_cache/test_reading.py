from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.model import Actor
from core.database import Database
from core.semantic_cache.model import Scope, Standing, answer_key, question_key
from core.semantic_cache.reading import MOST, Owner, equal, near, told
from core.semantic_cache.records import CacheQuestion
from core.semantic_cache.service import hide
from tests.core.semantic_cache.entries import NOW, SCOPE, entry_of, make_entry
from tests.house import person

QUESTION = "How do I squat?"
ANA, BEN = person("Ana"), person("Ben")


def equals(database: Database, reader: Actor, scope: Scope = SCOPE) -> list[str]:
    return [said.answer for _, said in equal(database, scope, question_key(QUESTION), reader, NOW)]


def named(database: Database, entry_id: str) -> str:
    with database.read() as session:
        return session.exec(select(CacheQuestion.id).where(CacheQuestion.entry_id == entry_id)).one()


def test_equal_questions_come_newest_first_and_live_only(database: Database) -> None:
    for age in range(MOST + 2):
        make_entry(database, answer=f"{age:02}", at=NOW - timedelta(hours=age))
    make_entry(database, answer="over", at=NOW - timedelta(days=30))
    assert equals(database, BEN) == [f"{age:02}" for age in range(MOST)]
    assert equals(database, BEN, replace(SCOPE, tenant="other")) == []


def test_what_others_may_not_see_takes_no_place_of_what_they_may(database: Database) -> None:
    make_entry(database, answer="shared", at=NOW - timedelta(hours=1))
    for number in range(MOST + 1):
        make_entry(database, answer=f"planted {number}", standing=Standing.PENDING, by=ANA.id)
    assert equals(database, BEN) == ["shared"]
    assert "shared" not in equals(database, ANA), "their own are newer"


def test_what_is_hidden_is_not_read(database: Database) -> None:
    make_entry(database, answer="disliked")
    with database.begin() as session:
        hide(session, BEN, answer_key("disliked"), "disliked")
    assert (equals(database, BEN), equals(database, ANA)) == ([], ["disliked"])


def test_questions_are_found_by_id_with_their_live_entries_and_what_is_hidden(database: Database) -> None:
    live = make_entry(database, answer="live", documents={"squat": "1"})
    over = make_entry(database, answer="over", at=NOW - timedelta(days=30))
    with database.begin() as session:
        hide(session, BEN, answer_key("live"), "live")
    ids = [named(database, live), named(database, over), "unknown"]
    known, unseen = near(database, ids, BEN, NOW)
    assert near(database, ids, ANA, NOW) == (known, set())
    assert near(database, [], BEN, NOW) == ({}, set())
    [(question, owner)] = known.values()
    row = entry_of(database, live)
    assert question.question == QUESTION
    whole = Owner(*(getattr(row, name) for name in Owner._fields))._asdict()
    assert owner._asdict() | {"documents": json.loads(owner.documents)} == whole
    assert unseen == {answer_key("live")}


@pytest.mark.parametrize("standing", list(Standing))
def test_an_answer_is_told_while_its_entry_is_in_service(database: Database, standing: Standing) -> None:
    entry = make_entry(database, standing=standing)
    found = told(database, entry)
    assert told(database, "unknown") is None
    assert (found is not None) is (standing in (Standing.PENDING, Standing.SHARED))
    assert found is None or (found.answer, found.created_at) == ("Sit back.", NOW)
