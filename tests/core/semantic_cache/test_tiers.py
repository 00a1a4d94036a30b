from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from core.database import Database
from core.semantic_cache.model import Evidence, Kind, Miss, Scope, Standing, answer_key
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.semantic_cache.service import SemanticCache, hide
from core.semantic_cache.tiers import Asked, Exact, Off, Usable
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, Plane, admit, cache_of, served
from tests.core.semantic_cache.entries import make_entry
from tests.house import MovableClock, person

NOW = MovableClock().time
QUESTION = "How do I squat?"


def asked(question: str = QUESTION, scope: Scope = SCOPE) -> Asked:
    return Asked(scope, question, BEN, NOW)


def exactly(database: Database, one: Asked | None = None, digests: dict[str, str] | None = None) -> str | None:
    found = Exact(database, Usable(lambda: digests or {})).look(one or asked())
    return found.answer if found else None


def test_off_serves_nothing() -> None:
    assert Off().look(asked()) == Miss(None, Evidence("off"))


def test_the_exact_tier_finds_the_same_question_or_leaves_it_to_the_next(database: Database) -> None:
    make_entry(database, scope=SCOPE)
    assert exactly(database, asked(" how DO i squat ")) == "Sit back."
    assert exactly(database, asked("How do I squat now?")) is None


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.QUARANTINED, Standing.RETIRED])
def test_the_exact_tier_passes_over_what_others_may_not_see(database: Database, standing: Standing) -> None:
    make_entry(database, scope=SCOPE, standing=standing, by=ANA.id)
    assert exactly(database) is None
    own = exactly(database, replace(asked(), actor=ANA))
    assert (own is not None) is (standing == Standing.PENDING)


@pytest.mark.parametrize("other", [{"tenant": "other"}, {"release": "other"}, {"locale": "de"}])
def test_the_exact_tier_stays_in_its_scope(database: Database, other: dict[str, str]) -> None:
    make_entry(database, scope=replace(SCOPE, **other))
    assert exactly(database) is None
    assert exactly(database, asked(scope=replace(SCOPE, **other))) == "Sit back."


def test_the_exact_tier_serves_no_negative_example(database: Database) -> None:
    make_entry(database, scope=SCOPE)
    with database.begin() as session:
        [question] = session.exec(select(CacheQuestion))
        question.kind = Kind.NEGATIVE
    assert exactly(database) is None


def test_the_exact_tier_serves_nothing_that_quotes_another_text(database: Database) -> None:
    make_entry(database, scope=SCOPE, documents={"squat": "old", "lunge": "same"})
    assert exactly(database, digests={"squat": "old", "lunge": "same", "row": "any"}) == "Sit back."
    assert exactly(database, digests={"squat": "new", "lunge": "same"}) is None
    assert exactly(database, digests={"lunge": "same"}) is None, "the document is gone"


def test_an_older_answer_stands_in_for_one_that_may_not_be_served(database: Database) -> None:
    make_entry(database, answer="old", scope=SCOPE, at=NOW.replace(hour=1))
    make_entry(database, answer="newer", scope=SCOPE, at=NOW.replace(hour=2), documents={"squat": "old"})
    make_entry(database, answer="newest", scope=SCOPE, at=NOW.replace(hour=3))
    with database.begin() as session:
        hide(session, BEN, answer_key("newest"), "newest")
    assert exactly(database, digests={"squat": "new"}) == "old"
    assert exactly(database, replace(asked(), actor=ANA)) == "newest"


@pytest.mark.parametrize("question", ["first", "close"])
def test_a_document_that_changes_makes_a_miss_and_one_that_is_as_before_a_hit(
    database: Database, clock: MovableClock, question: str
) -> None:
    plane, texts = Plane(first=0, close=20), {"push-up": "1", "pull-up": "1"}
    cache: SemanticCache = cache_of(database, plane, clock, digests=lambda: texts)
    cache.admit(
        SCOPE, "first", plane.embed(["first"])[0], "answer", [{"document_id": "push-up"}], key="key", by=ANA,
        vouched=True,
    )  # fmt: skip
    assert served(cache, question, actor=BEN) == "answer"
    texts["pull-up"] = "2"
    assert served(cache, question, actor=BEN) == "answer"
    texts["push-up"] = "2"
    assert served(cache, question, actor=BEN) is None
    texts["push-up"] = "1"
    assert served(cache, question, actor=BEN) == "answer"


@pytest.mark.parametrize("standing", [Standing.QUARANTINED, Standing.RETIRED])
@pytest.mark.parametrize("question", ["first", "close"])
def test_what_is_out_of_service_is_served_by_no_tier(
    database: Database, clock: MovableClock, standing: Standing, question: str
) -> None:
    plane = Plane(first=0, close=20)
    cache = cache_of(database, plane, clock)
    entry = admit(cache, plane, "first", "answer")
    with database.begin() as session:
        row = session.get(CacheEntry, entry)
        assert row is not None
        row.standing = standing
    assert [served(cache, question, actor=actor) for actor in (ANA, BEN, person("Cy"))] == [None] * 3
