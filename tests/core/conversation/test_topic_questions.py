from __future__ import annotations

from datetime import timedelta

import pytest

from core.conversation.topic_questions import RecentQuestions
from core.monitoring.records import TurnEvent
from tests.house import TENANT, House, person


def recent(house: House, limit: int = 100) -> list[str]:
    found = RecentQuestions(house.database)(TENANT, house.clock.time - timedelta(days=28), limit)
    return [text for text, _ in found]


def test_what_may_be_shared_and_stands_alone_is_returned_newest_first(house: House) -> None:
    ana = person("Ana")
    house.ask(ana, "How do I do a push-up?")
    house.clock.pass_by(hours=1)
    view = house.ask(person("Ben"), "How much protein do I need a day?")
    house.ask(ana, "I am 54, my knee hurts and my doctor gave me pills; how much creatine?")
    house.ask(person("Ben"), "And how much of it?", conversation_id=view.conversation_id)
    assert recent(house) == ["How much protein do I need a day?", "How do I do a push-up?"]
    assert recent(house, limit=1) in (["How much protein do I need a day?"], [])
    found = RecentQuestions(house.database)
    assert found("other", house.clock.time - timedelta(days=28), 9) == []
    house.clock.pass_by(days=29)
    assert recent(house) == []


@pytest.mark.parametrize("how", ["hit", "miss", "bypass"])
def test_each_turn_is_told_its_topic(house: House, how: str) -> None:
    seen: list[tuple[str, bool]] = []

    def topic_of(tenant: str, question: str, vector: object) -> str:
        seen.append((question, vector is not None))
        return "a-topic"

    house.asking._topic_of = topic_of
    question = "How do I do a push-up?"
    if how == "hit":
        house.ask(person("Ana"), question)
    view = house.ask(person("Ben"), question, fresh=how == "bypass")
    assert view.outcome == how
    assert seen[-1] == (question, how != "hit"), "the exact tier needs no vector"
    with house.database.read() as session:
        event = session.get(TurnEvent, view.id)
    assert event is not None
    assert event.topic == "a-topic"
