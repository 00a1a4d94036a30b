"""Who is answered with whose answer: sharing one call, and sharing what a model said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from sqlmodel import select

from core.adapters.stored_vectors import StoredVectors
from core.conversation.model import Accepted, Outcome, TurnView
from core.database import Database
from core.ports import Match, MetadataValue, Vector, VectorRecord, VectorStore
from core.semantic_cache.model import Standing
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheServing
from tests.core.semantic_cache.caches import PassingOn
from tests.house import House, ScriptedModel, down, person

ANA, BEN, CY = person("Ana"), person("Ben"), person("Cy")
PROTEIN = "How much protein do I need to build muscle?"
PROTEIN_TOO = "How much protein do I need for building muscle?"
WATER = "How much water should an athlete drink?"
SAID = "Eat 1.4 to 2.0 g per kg of body weight a day [1]."
SAID_ALIKE = "Eat 1.4 to 2.0 g a day per kg of body weight [1]."
SAID_OTHERWISE = "Eat 4.1 to 20 g per kg of body weight a day [1]."


def saying(house: House, *answers: str) -> ScriptedModel:
    """Let a model answer, and return it."""
    model = ScriptedModel(*([answer] for answer in answers))
    house.build(model=model)
    return model


def entries(database: Database) -> list[CacheEntry]:
    with database.read() as session:
        return list(session.exec(select(CacheEntry).order_by(CacheEntry.id)))


def test_what_a_model_said_is_served_to_who_asked_only(house: House) -> None:
    model = saying(house, SAID, SAID_OTHERWISE, SAID_OTHERWISE)
    first, again = house.ask(ANA, PROTEIN), house.ask(ANA, PROTEIN)
    assert (again.outcome, again.answer) == (Outcome.HIT, first.answer)
    assert house.ask(BEN, PROTEIN).outcome is Outcome.MISS
    assert house.ask(CY, PROTEIN_TOO).outcome is Outcome.MISS
    assert len(model.asked) == 3


@pytest.mark.parametrize("said", [SAID, SAID_ALIKE])
def test_a_second_user_who_is_told_the_same_shares_it(house: House, said: str) -> None:
    model = saying(house, SAID, said)
    for actor in (ANA, BEN):
        assert house.ask(actor, PROTEIN).outcome is Outcome.MISS
    for asked in (PROTEIN, PROTEIN_TOO):
        assert house.ask(CY, asked).outcome is Outcome.HIT
    assert len(model.asked) == 2
    assert [entry.standing for entry in entries(house.database)].count(Standing.SHARED) == 1


def test_another_number_does_not_agree(house: House) -> None:
    saying(house, SAID, SAID_OTHERWISE)
    for actor in (ANA, BEN):
        house.ask(actor, PROTEIN)
    assert {entry.standing for entry in entries(house.database)} == {Standing.PENDING}
    assert house.ask(CY, PROTEIN).outcome is Outcome.MISS


def test_one_user_cannot_agree_with_themselves(house: House) -> None:
    saying(house, SAID, SAID, SAID)
    for fresh in (False, True, True):
        house.ask(ANA, PROTEIN, fresh=fresh)
    house.ask(ANA, PROTEIN_TOO)
    assert {entry.standing for entry in entries(house.database)} == {Standing.PENDING}


def test_another_tenant_neither_agrees_nor_is_served(house: House) -> None:
    model = saying(house, SAID, SAID, SAID)
    house.releases.configure("other", house.spec(model.name))
    there = [person(name, tenant="other") for name in ("Ana", "Ben")]
    for actor in (ANA, *there):
        assert house.ask(actor, PROTEIN).outcome is Outcome.MISS
    shared = [entry.tenant for entry in entries(house.database) if entry.standing == Standing.SHARED]
    assert shared == ["other"]
    assert house.ask(BEN, PROTEIN).outcome is Outcome.MISS


class Betraying(PassingOn):
    """Lets somebody else ask as soon as a vector is in the index, and goes on once that one has looked it up."""

    def __init__(self, inner: VectorStore) -> None:
        super().__init__(inner)
        self.looked = Event()
        self.then: Callable[[], None] = lambda: None

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        super().upsert(namespace, records)
        if namespace.startswith("cache-"):
            then, self.then = self.then, lambda: None
            then()

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        found = super().query(namespace, vector, limit=limit, where=where)
        if found and namespace.startswith("cache-"):
            self.looked.set()
        return found


def test_who_follows_a_call_does_not_confirm_what_it_says(house: House) -> None:
    store, model = Betraying(StoredVectors(house.database)), ScriptedModel([SAID])
    house.build(model=model, store=store)
    follower: list[Future[TurnView]] = []
    with ThreadPoolExecutor(1) as pool:

        def follow() -> None:
            follower.append(pool.submit(house.ask, BEN, PROTEIN))
            assert store.looked.wait(20)

        store.then = follow
        house.ask(ANA, PROTEIN)
        assert follower[0].result(30).answer == SAID
    assert len(model.asked) == 1
    assert {entry.standing for entry in entries(house.database)} == {Standing.PENDING}


def test_who_asks_meanwhile_follows_the_call(house: House) -> None:
    model = ScriptedModel(["Eat ", "enough ", "[1]."])
    house.build(model=model)
    parts = house.asking.ask(ANA, PROTEIN)
    assert isinstance(next(parts), Accepted)
    assert next(parts) == "Eat "
    followed = house.ask(BEN, PROTEIN)
    *_, led = parts
    assert isinstance(led, TurnView)
    assert led.answer == followed.answer == "Eat enough [1]."
    assert len(model.asked) == 1


def test_a_call_that_fails_is_made_again_for_who_follows(house: House) -> None:
    model = ScriptedModel(["Eat ", ZeroDivisionError("of a test")], [SAID])
    house.build(model=model)
    parts = house.asking.ask(ANA, PROTEIN)
    next(parts), next(parts)
    follows = house.asking.ask(BEN, PROTEIN)
    next(follows), next(follows)
    with pytest.raises(ZeroDivisionError):
        list(parts)
    *_, turn = follows
    assert isinstance(turn, TurnView)
    assert turn.answer == SAID
    assert house.ask(BEN, PROTEIN).outcome is Outcome.HIT


def test_what_is_shared_is_answered_from_the_question_alone(house: House) -> None:
    rewritten = json.dumps({"standalone": PROTEIN, "certain": True})
    model = saying(house, "Drink enough [1].", rewritten, SAID)
    first = house.ask(ANA, WATER)
    second = house.ask(ANA, PROTEIN, conversation_id=first.conversation_id)
    assert second.outcome is Outcome.MISS
    assert second.answer == SAID
    assert "Drink enough" not in str(model.asked[2])
    assert WATER not in str(model.asked[2])


def test_what_is_one_users_own_is_answered_with_what_was_said_before(house: House) -> None:
    model = saying(house, "Drink enough [1].", SAID)
    first = house.ask(ANA, WATER)
    own = house.ask(ANA, "I weigh 90 kg, how much protein is that?", conversation_id=first.conversation_id)
    assert own.outcome is Outcome.BYPASS
    assert WATER in str(model.asked[1])


@pytest.mark.parametrize(
    ("question", "kind", "outcome"),
    [
        ("Is it safe to exercise during pregnancy?", "pregnancy", Outcome.HIT),
        ("Why do people get chest tightness on push-ups?", "emergency", Outcome.BYPASS),
    ],
)
def test_a_notice_keeps_nothing_out_but_an_emergency(house: House, question: str, kind: str, outcome: Outcome) -> None:
    house.ask(ANA, question)
    turn = house.ask(BEN, question)
    assert ([notice.kind for notice in turn.notices], turn.outcome) == ([kind], outcome)
    assert len(entries(house.database)) == (outcome is Outcome.HIT)


def test_a_hit_is_kept_with_its_decision_and_whom_it_was_served_to(house: House) -> None:
    first = house.ask(ANA, PROTEIN)
    turn = house.ask(BEN, PROTEIN_TOO)
    assert turn.outcome is Outcome.HIT
    with house.database.read() as session:
        [entry] = session.exec(select(CacheEntry))
        [served] = session.exec(select(CacheServing))
        [decision] = session.exec(select(CacheDecision))
    assert (entry.served, entry.answer) == (1, first.answer)
    assert (served.turn_id, served.entry_id, served.actor_id) == (turn.id, entry.id, BEN.id)
    assert (decision.question, decision.known, decision.served) == (PROTEIN_TOO, PROTEIN, True)


def test_a_miss_is_kept_with_the_entry_that_was_made_instead(house: House) -> None:
    house.ask(ANA, PROTEIN)
    near = "How much protein should a vegan eat to build muscle in a week?"
    assert house.ask(BEN, near).outcome is Outcome.MISS
    with house.database.read() as session:
        decisions = list(session.exec(select(CacheDecision)))
        made = {entry.id: entry for entry in session.exec(select(CacheEntry)) if entry.asked_by == BEN.id}
    for decision in decisions:  # a veto decides without weighing, and leaves none
        assert not decision.served
        assert decision.fresh_entry_id in made


def test_a_model_that_is_down_agrees_with_nothing(house: House) -> None:
    house.build(model=ScriptedModel([SAID], [down()]))
    for actor in (ANA, BEN):
        house.ask(actor, PROTEIN)
    [entry] = entries(house.database)
    assert entry.standing == Standing.PENDING
