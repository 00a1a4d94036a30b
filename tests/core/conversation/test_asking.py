from __future__ import annotations

from core.conversation.model import Outcome
from tests.house import House, person


def test_a_paraphrase_comes_from_the_cache(house: House) -> None:
    first = house.ask(person("Ana"), "How much protein do I need to build muscle?")
    assert first.outcome is Outcome.MISS
    assert first.quotes
    again = house.ask(person("Ben"), "How much protein do I need to build muscle")
    assert again.outcome is Outcome.HIT
    assert again.answer == first.answer
