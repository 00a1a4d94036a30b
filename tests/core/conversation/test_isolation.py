"""What one user tells of themselves is in no other user's answer, and in nothing that is shared."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from core.conversation.model import Outcome
from core.conversation.question import may_be_shared
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheServing
from tests.house import House, person

GENERAL = (
    "how much protein is right?", "can I do push-ups?", "what is a good warm-up?", "how do I do a pull-up?",
    "how much water should I drink?", "should I take creatine?",
)  # fmt: skip
NUMBERS, PARTS = st.integers(21, 99), st.sampled_from(["knee", "shoulder", "lower back", "wrist", "hip"])
TOLD = st.one_of(
    NUMBERS.map("I am {} years old".format),
    NUMBERS.map("I weigh {} kg".format),
    NUMBERS.map("I lost {} kg since January".format),
    PARTS.map("my {} hurts".format),
    PARTS.map("I had surgery on my {}".format),
    PARTS.map("my doctor looked at my {}".format),
    st.sampled_from(["I have diabetes", "I am pregnant", "I take blood pressure tablets", "I had a heart attack"]),
    st.sampled_from(["Jo", "Ada", "Kim"]).map("my name is {}".format),
    st.integers(10**6, 10**9).map("call me on +49 170 {}".format),
    st.from_regex(r"\A[a-z]{2,8}@[a-z]{3,8}\.org\Z").map("write to {}".format),
)
ORDERS = st.sampled_from(["{told}, {asked}", "{asked} {told}.", "{told}. {asked}", "Hi! {told}; {asked}"])
PERSONAL = st.builds(lambda order, told, asked: order.format(told=told, asked=asked), ORDERS, TOLD,
                     st.sampled_from(GENERAL))  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=2000)
@given(PERSONAL)
def test_two_thousand_questions_that_tell_of_who_asks_may_not_be_shared(question: str) -> None:
    assert not may_be_shared(question)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(personal=PERSONAL, follow=st.sampled_from(GENERAL), same=st.booleans())
def test_a_personal_turn_neither_reads_nor_feeds_what_is_shared(
    house: House, personal: str, follow: str, *, same: bool
) -> None:
    with house.database.read() as session:
        before = [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]
    for name in ("Ana", "Ana" if same else "Ben"):
        turn = house.ask(person(name), personal)
        assert turn.outcome is Outcome.BYPASS
    house.ask(person("Ana"), f"And then, {follow}", conversation_id=house.ask(person("Ana"), personal).conversation_id)
    with house.database.read() as session:
        assert [session.exec(select(func.count()).select_from(table)).one() for table in TABLES] == before


TABLES = (CacheEntry, CacheServing, CacheDecision)
