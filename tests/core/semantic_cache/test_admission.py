from __future__ import annotations

from dataclasses import replace

import pytest

from core.access.model import Actor
from core.adapters.onnx_embedder import OnnxEmbedder
from core.database import Database
from core.semantic_cache.admission import agreeing
from core.semantic_cache.model import Hit, Miss, Standing, answer_key
from core.semantic_cache.service import SemanticCache
from tests.broken import BrokenEmbedder
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, Plane, admit, cache_of, served
from tests.core.semantic_cache.entries import entry_of, make_entry, steps
from tests.house import MovableClock, person

CY = person("Cy")
SAID = "Rest two to three minutes between heavy sets."


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20, closer=10, between=8, far=50)


@pytest.fixture
def cache(database: Database, plane: Plane, clock: MovableClock) -> SemanticCache:
    return cache_of(database, plane, clock)


def agrees(database: Database, embedder: OnnxEmbedder, entry: str, answer: str, by: Actor = BEN) -> bool:
    """Let a user's fresh answer to the same question stand beside an entry that waits."""
    return agreeing(database, embedder, by, entry, answer, answer_key(answer), MovableClock().time)


@pytest.mark.parametrize("asked", ["first", "close"])
def test_what_waits_is_served_to_who_asked_only(cache: SemanticCache, plane: Plane, asked: str) -> None:
    admit(cache, plane, "first", "answer", vouched=False)
    assert [served(cache, asked, actor=actor) for actor in (ANA, BEN, CY)] == ["answer", None, None]
    assert served(cache, asked, actor=replace(ANA, tenant="other", id="other")) is None


def test_a_second_users_equal_answer_shares_it(database: Database, cache: SemanticCache, plane: Plane) -> None:
    entry = admit(cache, plane, "first", "answer", vouched=False)
    looked = cache.lookup(SCOPE, "close", BEN)
    assert isinstance(looked, Miss)
    assert cache.agree(BEN, looked, "answer", answer_key("answer"))
    assert [served(cache, "closer", actor=actor) for actor in (ANA, BEN, CY)] == ["answer"] * 3
    assert steps(database, entry) == ["made", "agreed"]
    assert not cache.agree(CY, looked, "answer", answer_key("answer")), "it is shared already"


def test_who_asked_first_cannot_agree(cache: SemanticCache, plane: Plane) -> None:
    admit(cache, plane, "first", "answer", vouched=False)
    looked = cache.lookup(SCOPE, "close", BEN)
    assert isinstance(looked, Miss)
    assert not cache.agree(ANA, looked, "answer", answer_key("answer"))
    assert served(cache, "first", actor=BEN) is None


def test_an_answer_to_a_question_that_is_hardly_the_same_agrees_with_nothing(
    cache: SemanticCache, plane: Plane
) -> None:
    admit(cache, plane, "first", "answer", vouched=False)
    for asked in ("far", "between"):
        looked = cache.lookup(SCOPE, asked, BEN)
        assert isinstance(looked, Miss)
        assert cache.agree(BEN, looked, "answer", answer_key("answer")) is (asked == "between")


@pytest.mark.parametrize("answer", [SAID, "Between heavy sets rest for two to three minutes.", f"  {SAID.upper()}"])
def test_the_same_in_other_words_agrees(database: Database, embedder: OnnxEmbedder, answer: str) -> None:
    entry = make_entry(database, "How long to rest?", SAID, standing=Standing.PENDING, by=ANA.id)
    assert agrees(database, embedder, entry, answer)
    assert entry_of(database, entry).standing == Standing.SHARED


@pytest.mark.parametrize(
    "answer",
    [
        "Rest three to five minutes between heavy sets.",
        "Rest two to three hours between heavy sets.",
        "Rest between heavy sets.",
        "Drink water between heavy sets, two to three minutes apart from coffee.",
    ],
)
def test_another_number_or_another_matter_does_not(database: Database, embedder: OnnxEmbedder, answer: str) -> None:
    entry = make_entry(database, "How long to rest?", SAID, standing=Standing.PENDING, by=ANA.id)
    assert not agrees(database, embedder, entry, answer)
    assert entry_of(database, entry).standing == Standing.PENDING
    assert steps(database, entry) == []


def test_another_tenant_never_agrees(database: Database, embedder: OnnxEmbedder) -> None:
    entry = make_entry(database, "How long to rest?", SAID, standing=Standing.PENDING, by=ANA.id)
    assert not agrees(database, embedder, entry, SAID, person("Ben", tenant="other"))


@pytest.mark.parametrize("standing", [Standing.SHARED, Standing.QUARANTINED, Standing.RETIRED])
def test_only_what_waits_can_be_agreed_on(database: Database, embedder: OnnxEmbedder, standing: Standing) -> None:
    entry = make_entry(database, "How long to rest?", SAID, standing=standing, by=ANA.id)
    assert not agrees(database, embedder, entry, SAID)
    assert entry_of(database, entry).standing == standing
    assert not agrees(database, embedder, "unknown", SAID)


def test_without_an_embedder_only_equal_answers_agree(database: Database) -> None:
    entry = make_entry(database, "How long to rest?", SAID, standing=Standing.PENDING, by=ANA.id)
    other = "Between heavy sets rest for two to three minutes."
    now = MovableClock().time
    assert not agreeing(database, BrokenEmbedder(), BEN, entry, other, answer_key(other), now)
    assert agreeing(database, BrokenEmbedder(), BEN, entry, SAID, answer_key(SAID), now)


def test_what_waits_hides_nothing_that_is_shared(cache: SemanticCache, plane: Plane) -> None:
    admit(cache, plane, "first", "shared")
    admit(cache, plane, "closer", "shared", by=BEN, vouched=False)
    found = cache.lookup(SCOPE, "between", CY)
    assert isinstance(found, Hit)
    assert (found.answer, found.evidence.question) == ("shared", "first")
    assert cache.lookup(SCOPE, "between", BEN).evidence.question == "closer"
