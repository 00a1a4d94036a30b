from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import func, select

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.semantic_cache.model import CachePolicy, Evidence, Hit, Miss, answer_key
from core.semantic_cache.records import CacheEntry
from core.semantic_cache.service import SemanticCache
from tests.broken import BrokenEmbedder, BrokenStore
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, SOURCES, VETO, Plane, admit, cache_of, evidence, served
from tests.house import House, MovableClock, person


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20, closer=10, far=50)


@pytest.mark.parametrize("asked", ["How do I rest?", "  how do i   REST", "how do I rest ?!", "Ｈow do I rest"])
def test_an_equal_question_needs_no_embedding(database: Database, clock: MovableClock, asked: str) -> None:
    plane = Plane()
    plane.degrees["How do I rest?"] = 0
    entry = admit(cache_of(database, plane, clock), plane, "How do I rest?", "Lie down.")
    found = cache_of(database, BrokenEmbedder(), clock).lookup(SCOPE, asked, BEN)
    assert found == Hit(
        entry, "Lie down.", answer_key("Lie down."), SOURCES, clock.time, Evidence("exact", 1.0, asked)
    )  # fmt: skip


def test_of_equal_questions_the_newest_answer_is_served(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    for answer in ("old", "new"):
        admit(cache, plane, "first", answer)
        clock.pass_by(hours=1)
    assert served(cache, "first") == "new"


def test_a_near_question_is_served_with_its_evidence(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    admit(cache, plane, "first", "answer")
    found = cache.lookup(SCOPE, "close", BEN)
    assert isinstance(found, Hit)
    assert (found.answer, found.evidence.tier, found.evidence.question) == ("answer", "semantic", "first")
    assert found.evidence.similarity == pytest.approx(0.9397, abs=1e-4)


def test_a_hit_says_how_often_it_was_asked_for_and_liked(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    entry = admit(cache, plane, "first", "answer")
    with database.begin() as session:
        row = session.get(CacheEntry, entry)
        assert row is not None
        row.served, row.liked = 14, 13
    for asked in ("first", "close"):
        found = cache.lookup(SCOPE, asked, BEN)
        assert (found.evidence.asked, found.evidence.liked) == (14, 13)


def test_where_no_verifier_reads_the_questions_more_is_missed(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    admit(cache_of(database, plane, clock), plane, "first", "answer")
    blind = SemanticCache(database, plane, StoredVectors(database), clock, lambda: VETO, policy=CachePolicy())
    found = blind.lookup(SCOPE, "closer", BEN)
    assert isinstance(found, Miss)
    assert found.weighed is not None
    assert 0.05 < found.weighed.probability < found.weighed.required
    assert served(blind, "first") == "answer"


def test_the_nearest_question_is_served(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    admit(cache, plane, "close", "of close")
    admit(cache, plane, "first", "of first")
    plane.degrees |= {"by close": 17, "by first": 3}
    assert [served(cache, "by close"), served(cache, "by first")] == ["of close", "of first"]


def test_what_is_not_similar_is_not_weighed_and_no_question_told(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    cache = cache_of(database, plane, clock, threshold=0.0)
    admit(cache, plane, "first", "answer")
    plane.degrees |= {"farther": 53.2, "far": 53.0}
    found = cache.lookup(SCOPE, "farther", ANA)
    assert isinstance(found, Miss)
    assert (found.evidence, found.weighed) == (Evidence("none", pytest.approx(0.599, abs=1e-3)), None)
    assert served(cache, "far") == "answer"


def test_what_is_weighed_and_found_too_light_is_told(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    admit(cache, plane, "first", "answer")
    found = cache.lookup(SCOPE, "far", ANA)
    assert isinstance(found, Miss)
    told = found.evidence
    assert (told.tier, told.question, told.veto) == ("none", "first", None)
    assert told.similarity == pytest.approx(0.6428, abs=1e-4)
    assert told.probability is not None
    assert told.required is not None
    assert told.probability < 0.01 < told.required
    assert found.weighed is not None
    assert (found.weighed.id, found.weighed.served) == (told.decision, False)


@pytest.mark.parametrize(("degrees", "hit"), [(45.5, True), (45.7, False), (-45.5, True), (120, False), (180, False)])
def test_the_verifier_decides_where_nothing_is_known_yet(
    database: Database, plane: Plane, clock: MovableClock, degrees: float, hit: bool
) -> None:
    cache = cache_of(database, plane, clock, threshold=0.7)
    admit(cache, plane, "first", "answer")
    plane.degrees["asked"] = degrees
    assert (served(cache, "asked") == "answer") is hit


def test_a_miss_brings_the_embedding_that_was_computed_once(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    found = cache_of(database, plane, clock).lookup(SCOPE, "first", ANA)
    assert isinstance(found, Miss)
    assert found.vector is not None
    assert found.vector.tolist() == [1, 0]
    assert found.evidence == Evidence("none")
    assert plane.asked == ["first"]


def test_a_near_question_with_a_veto_gives_way_to_the_next(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    cache = cache_of(database, plane, clock)
    plane.degrees |= {"push ups": 0, "pull ups": 1, "push ups please": 5}
    admit(cache, plane, "pull ups", "of pull-ups")
    assert evidence(cache, "push ups") == Evidence(
        "none", pytest.approx(1, abs=1e-3), "pull ups", "exercise differs: Pull-up"
    )
    admit(cache, plane, "push ups please", "of push-ups")
    assert served(cache, "push ups") == "of push-ups"


def test_a_cache_that_is_off_finds_keeps_and_asks_nothing(database: Database, clock: MovableClock) -> None:
    plane = Plane(first=0)
    admit(cache_of(database, plane, clock), plane, "first", "answer")
    off = cache_of(database, BrokenEmbedder(), clock, store=BrokenStore(), policy=CachePolicy(enabled=False))
    assert off.lookup(SCOPE, "first", ANA) == Miss(None, Evidence("off"))
    assert off.admit(SCOPE, "first", None, "other", SOURCES, key="other", by=ANA, vouched=True) is None
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(CacheEntry)).one() == 1


def test_an_answer_is_served_until_its_time_is_over(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    admit(cache, plane, "first", "answer")
    clock.time += timedelta(days=30) - timedelta(microseconds=1)
    assert [served(cache, "first"), served(cache, "close")] == ["answer", "answer"]
    clock.time += timedelta(microseconds=1)
    assert [served(cache, "first"), served(cache, "close")] == [None, None]
    assert evidence(cache, "close") == Evidence("none", pytest.approx(0.9397, abs=1e-4))


def test_a_hit_never_makes_an_answer_last_longer(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = cache_of(database, plane, clock)
    admit(cache, plane, "first", "answer")
    born = clock.time
    for _ in range(29):
        clock.pass_by(days=1)
        found = [cache.lookup(SCOPE, question, ANA) for question in ("first", "close")]
        assert [isinstance(one, Hit) and one.created_at for one in found] == [born, born]
    clock.pass_by(days=1)
    assert [served(cache, "first"), served(cache, "close")] == [None, None]


def test_the_real_embedder_finds_a_paraphrase_and_the_veto_a_trap(house: House) -> None:
    vector = house.embedder.embed(["How do I do a push-up?"])[0]
    house.cache.admit(
        SCOPE, "How do I do a push-up?", vector, "Hands down.", SOURCES, key="key", by=person(), vouched=True
    )
    found = house.cache.lookup(SCOPE, "How do you do a push up?", person())
    assert isinstance(found, Hit)
    assert found.evidence.tier == "semantic"
    trap = house.cache.lookup(SCOPE, "How do I do a pull-up?", person())
    assert isinstance(trap, Miss)
    assert trap.evidence.similarity is not None
