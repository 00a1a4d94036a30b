from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy import select as columns_of
from sqlmodel import SQLModel, select

from core.access.model import Role
from core.access.records import AuditRow, broken_link
from core.conversation.archive import Archive
from core.conversation.archive_model import MarkKind, Sought
from core.conversation.model import TurnView
from core.conversation.privacy import Privacy, reference_of
from core.conversation.privacy_retention import TITLE
from core.conversation.records import Conversation, Turn
from core.drift.records import DriftReport
from core.errors import ForbiddenError
from core.feedback.model import Reason, Thumb, Vote
from core.monitoring.records import TurnEvent, VoteEvent
from core.ports import VectorStore
from core.semantic_cache.model import Kind, question_key
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheEvent, CacheQuestion
from tests.broken import BrokenStore
from tests.house import House, person

ADA, PAULA = person("Ada", Role.ADMIN), person("Paula", Role.PRODUCT)
ANA, BEN = person("Ana"), person("Ben")
ASKED = "How do I do a diamond push-up?"
ALIAS = "What is the right way to do a diamond push-up, zebrawise?"
SECRETS = ("zebra", "diamond", "quokka", ANA.id, "Ana")


def privacy_of(house: House, text_days: int = 365) -> Privacy:
    return Privacy(house.database, house.clock, house.cache.upkeep.reconcile, text_days)


def everything(house: House) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each row of each table of the product."""
    with house.database.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(columns_of(table)):
                yield table.name, dict(row._mapping)


def naming(house: House, secrets: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return (table, secret) wherever a row says one of these."""
    library = ("knowledge_documents", "vectors")  # the library knows diamond push-ups too; vectors are looked at apart
    return {
        (table, secret)
        for table, row in everything(house)
        for secret in secrets
        if table not in library and secret in repr(row)
    }


def a_life(house: House) -> TurnView:
    """Let Ana leave a trace in every way that there is; return Ben's turn that her entry answered."""
    archive = Archive(house.database, house.clock)
    first = house.ask(ANA, ASKED)
    house.voting.vote(ANA, first.id, Vote(Thumb.DOWN, (Reason.TONE,), "Too quokka.", "Say quokka less."))
    house.voting.vote(ANA, first.id, Vote(Thumb.UP, (), "quokka"))
    house.ask(ANA, "I am quokka, how much water should I drink?", conversation_id=first.conversation_id)
    served = house.ask(BEN, "What is the right way to do a diamond push-up?")
    house.ask(ANA, "How much protein do I need to build muscle, quokka?")
    archive.mark(PAULA, first.id, MarkKind.FINE_TUNING, "the quokka one")
    archive.answer_better(PAULA, first.id, "A better quokka.")
    bens = house.ask(BEN, "How do I do a wall push-up?")
    with house.database.begin() as session:  # as a judge leaves it: Ana's words as an alias of Ben's entry
        turn = session.get_one(Turn, bens.id)
        assert turn.entry_id
        [question] = session.exec(select(CacheQuestion).where(CacheQuestion.entry_id == turn.entry_id)).all()
        session.add(
            CacheQuestion(id="alias", entry_id=turn.entry_id, namespace=question.namespace, key=question_key(ALIAS),
                          question=ALIAS, kind=Kind.ALIAS, indexed=False, asked_by=ANA.id)
        )  # fmt: skip
        session.add(
            CacheEvent(id="e", entry_id=turn.entry_id, tenant=turn.tenant, at=house.clock.now(), by=ANA.id,
                       what="alias", detail={"question": ALIAS, "why": "zebra"})
        )  # fmt: skip
        decision = {"tenant": turn.tenant, "measure": "m", "namespace": "n", "at": house.clock.now(), "features": [],
                    "similarity": 0.9, "probability": 0.5, "required": 0.9, "served": False, "weight": 1.0,
                    "judge_state": "done", "judge": "", "judge_tokens": 0, "entry_id": turn.entry_id}  # fmt: skip
        hers = {"id": "d1", "actor_id": ANA.id, "question": ALIAS, "known": "x", "judge_reason": "zebra"}
        his = {"id": "d2", "actor_id": BEN.id, "question": "Mine?", "known": ALIAS, "judge_reason": "not a zebra"}
        session.execute(insert(CacheDecision), [decision | hers, decision | his])
        turn.evidence = turn.evidence | {"question": ALIAS}
        grown = {"topic": "t", "words": ["push"], "typical": [ALIAS, "How do I row?"]}
        session.add(
            DriftReport(id="r", tenant=turn.tenant, kind="daily", since_hour=1, until_hour=2, made_at=house.clock.now(),
                        level="watch", sentence="Misses run high.", findings=[], questions={"grown": [grown]},
                        changes=[], advice={}, inputs_hash="h")
        )  # fmt: skip
    house.cache.upkeep.reconcile()
    return served


def test_an_erased_person_is_nowhere_and_others_keep_what_is_theirs(house: House) -> None:
    served = a_life(house)
    before = {secret for _, secret in naming(house, SECRETS)}
    assert before >= {"zebra", "diamond", "quokka", ANA.id}
    vectors = sum(len(house.store.ids(name)) for name in namespaces(house))
    erased = privacy_of(house).erase(ADA, ANA.id)
    assert erased.rows["turns"] == 3
    left = naming(house, ("zebra", "quokka", ANA.id, "Ana"))
    assert left == set()
    assert {table for table, _ in naming(house, ("diamond",))} == {"turns", "conversations", "cache_decisions"}, "Ben's"
    his = house.conversations.open(BEN, served.conversation_id).turns[0]
    assert (his.question, his.answer, his.matched) == (served.question, served.answer, None)
    assert sum(len(house.store.ids(name)) for name in namespaces(house)) < vectors
    with house.database.read() as session:
        assert session.exec(select(CacheQuestion.id).where(CacheQuestion.id == "alias")).first() is None
        assert session.get_one(DriftReport, "r").questions["grown"][0]["typical"] == ["How do I row?"]
        assert broken_link(session, ADA.tenant) is None


def namespaces(house: House) -> set[str]:
    with house.database.read() as session:
        return set(session.exec(select(CacheQuestion.namespace))) | {"cache-default"}


def test_what_was_counted_stays_counted_as_one_person(house: House) -> None:
    a_life(house)

    def counts() -> tuple[int, int, int]:
        with house.database.read() as session:
            events = session.exec(select(TurnEvent)).all()
            return len(events), len(session.exec(select(VoteEvent)).all()), len({event.actor_id for event in events})

    before = counts()
    privacy_of(house).erase(ADA, ANA.id)
    assert counts() == before == (5, 2, 2)


def test_erasing_twice_changes_nothing_more_and_each_is_in_the_audit_trail(house: House) -> None:
    a_life(house)
    privacy = privacy_of(house)
    privacy.erase(ADA, ANA.id)
    after = [(table, row) for table, row in everything(house) if table != "audit"]
    again = privacy.erase(ADA, ANA.id)
    assert not any(again.rows.values())
    assert [(table, row) for table, row in everything(house) if table != "audit"] == after
    with house.database.read() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.action == "person.erased")).all()
    assert [(row.actor, row.subject) for row in rows] == [(ADA.id, reference_of(ANA.id))] * 2


def test_an_erased_person_can_come_back_and_begins_anew(house: House) -> None:
    a_life(house)
    privacy_of(house).erase(ADA, ANA.id)
    assert house.conversations.listing(ANA) == []
    assert house.ask(ANA, ASKED).outcome == "miss", "her entry is gone"


def test_only_admins_erase_and_nobody_else_is_touched(house: House) -> None:
    a_life(house)
    privacy = privacy_of(house)
    for actor in (ANA, PAULA):
        with pytest.raises(ForbiddenError):
            privacy.erase(actor, ANA.id)
    other = person("Ada", Role.ADMIN, "other")
    before = [(table, row) for table, row in everything(house) if table != "audit"]
    privacy.erase(other, ANA.id)
    assert [(table, row) for table, row in everything(house) if table != "audit"] == before


def test_a_store_that_is_down_gives_its_vectors_up_later(house: House) -> None:
    a_life(house)
    up = house.store
    house.build(store=BrokenStore())
    privacy_of(house).erase(ADA, ANA.id)
    assert naming(house, ("zebra", "quokka", ANA.id)) == set()
    assert "alias" in all_ids(house, up), "its vector is still there"
    house.build(store=up)
    house.cache.upkeep.reconcile()
    assert "alias" not in all_ids(house, up)


def all_ids(house: House, store: VectorStore) -> set[str]:
    return set().union(*(store.ids(name) for name in namespaces(house)))


def test_an_export_holds_everything_and_nothing_of_others(house: House) -> None:
    a_life(house)
    privacy = privacy_of(house)
    for actor in (ANA, ADA):
        said = json.dumps(privacy.export(actor, ANA.id), ensure_ascii=False)
        for own in ("zebra", "quokka", "A better quokka.", ANA.id):
            assert own in said
        for others in (BEN.id, PAULA.id, "wall push-up"):
            assert others not in said
    rows = privacy.export(ADA, ANA.id)["rows"]
    assert {name for name, found in rows.items() if found} >= {
        "conversations", "turns", "feedback", "turn_events", "vote_events", "cache_entries", "cache_questions",
        "cache_decisions", "turn_marks", "better_answers",
    }  # fmt: skip
    with pytest.raises(ForbiddenError):
        privacy.export(BEN, ANA.id)


def test_old_text_goes_and_numbers_stay(house: House) -> None:
    served = a_life(house)
    house.clock.pass_by(days=40)
    new = house.ask(BEN, "How do I do a ring row?")
    privacy = privacy_of(house, text_days=30)
    house.cache.upkeep.reconcile()
    house.flights.sweep()
    with house.database.read() as session:
        events = [event.model_dump() for event in session.exec(select(TurnEvent))]
    assert privacy.drop_old_text() > 0
    assert privacy.drop_old_text() == 0, "once is enough"
    assert naming(house, ("zebra", "quokka", "diamond", "Mine?")) == set()
    old = house.conversations.open(BEN, served.conversation_id)
    assert (old.title, old.turns[0].question, old.turns[0].outcome) == (TITLE, "", served.outcome)
    assert house.conversations.open(BEN, new.conversation_id).turns[0].question == new.question
    archive = Archive(house.database, house.clock)
    assert len(archive.page(PAULA, Sought()).lines) == 6
    assert archive.page(PAULA, Sought("diamond")).lines == ()
    with house.database.read() as session:
        assert [event.model_dump() for event in session.exec(select(TurnEvent))] == events
        assert session.exec(select(Conversation).where(Conversation.title == new.question)).first()
        assert session.exec(select(CacheEntry)).all()
        [grown] = session.get_one(DriftReport, "r").questions["grown"]
        assert grown == {"topic": "t", "words": ["push"], "typical": []}


def test_text_within_its_time_stays(house: House) -> None:
    a_life(house)
    assert privacy_of(house, text_days=1).drop_old_text() == 0
