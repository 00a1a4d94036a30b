"""From embedded parts to OpenAI and Pinecone by settings alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from core.access.model import Role
from core.bootstrap import Services
from core.conversation.model import Outcome, TurnView
from core.monitoring.records import TurnEvent
from core.setting_values import Price
from tests.house import person
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import Fault, serving

MakeServices = Callable[..., Services]
MODEL = "gpt-4.1-mini"
DIMENSION = 256
QUESTION = "How much protein do I need to build muscle?"


class Vendors:
    """Both vendors, served, and the settings that lead to them."""

    def __init__(self, stack: ExitStack) -> None:
        self.openai = OpenAIStandIn()
        self.pinecone = PineconeStandIn(dimension=DIMENSION)
        self.settings: dict[str, Any] = {
            "chat": "openai",
            "chat_model": MODEL,
            "embedder": "openai",
            "embedding_dimension": DIMENSION,
            "openai_api_key": self.openai.api_key,
            "openai_base_url": f"{stack.enter_context(serving(self.openai.app))}/v1",
            "vector_store": "pinecone",
            "pinecone_api_key": self.pinecone.api_key,
            "pinecone_index_host": stack.enter_context(serving(self.pinecone.app)),
            "prices": {MODEL: Price(input=1.0, output=4.0)},
            "retries": 1,
        }


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with ExitStack() as stack:
        yield Vendors(stack)


@pytest.fixture
def services(make_services: MakeServices, vendors: Vendors) -> Services:
    made = make_services(**vendors.settings)
    made.start()
    return made


def ask(services: Services, name: str, question: str = QUESTION) -> TurnView:
    *_, last = services.asking.ask(person(name), question)
    assert isinstance(last, TurnView)
    return last


def test_a_whole_turn_is_embedded_searched_and_answered_by_the_vendors(services: Services, vendors: Vendors) -> None:
    turn = ask(services, "Ana")
    assert (turn.outcome, turn.model) == (Outcome.MISS, MODEL)
    assert "[1]" in turn.answer
    assert "protein" in turn.quotes[0].text.lower()
    assert vendors.openai.asked("/embeddings")
    assert len(vendors.openai.asked("/chat/completions")) == 1
    assert vendors.pinecone.asked("/query")


def test_who_asks_again_gets_the_answer_from_the_cache_and_after_two_users_everybody_does(
    services: Services, vendors: Vendors
) -> None:
    first = ask(services, "Ana")
    again = ask(services, "Ana", f"{QUESTION.lower()} please")
    assert (again.outcome, again.answer) == (Outcome.HIT, first.answer)
    assert again.similarity is not None
    assert 0.9 <= again.similarity < 1
    assert ask(services, "Ben").outcome is Outcome.MISS
    third = ask(services, "Cy", f"{QUESTION.lower()} please")
    assert (third.outcome, third.answer) == (Outcome.HIT, first.answer)
    assert len(vendors.openai.asked("/chat/completions")) == 2


def test_what_a_turn_cost_is_counted_at_the_prices_that_are_set(services: Services) -> None:
    turn = ask(services, "Ana")
    with services.database.read() as session:
        event = session.get_one(TurnEvent, turn.id)
    assert event.input_tokens > event.output_tokens > 0
    assert event.cost_usd == pytest.approx((event.input_tokens + 4 * event.output_tokens) / 1e6)


def test_the_switch_makes_a_release_with_a_cache_of_its_own(
    make_services: MakeServices, vendors: Vendors, library_url: str
) -> None:
    embedded = make_services(database_url=library_url)
    embedded.start()
    ask(embedded, "Ana")
    switched = make_services(database_url=library_url, **vendors.settings)
    switched.start()
    newest, oldest = switched.releases.listing(person(role=Role.ADMIN))
    assert (newest.spec.chat_model, newest.spec.embedder) == (MODEL, f"text-embedding-3-small@{DIMENSION}")
    assert (newest.channels, oldest.channels) == (("stable",), ())
    assert ask(switched, "Ben").outcome is Outcome.MISS


def test_the_library_is_embedded_once(services: Services, make_services: MakeServices, vendors: Vendors) -> None:
    asked = len(vendors.openai.asked("/embeddings"))
    assert asked > 0
    make_services(**vendors.settings).start()
    assert len(vendors.openai.asked("/embeddings")) == asked


def test_the_parts_answer(services: Services) -> None:
    assert [(part.name, part.problem) for part in services.parts()] == [
        ("database", ""), ("vectors: Pinecone", ""), (f"chat model: {MODEL}", ""),
    ]  # fmt: skip


def test_a_vendor_that_fails_is_said_in_a_sentence_without_its_key(services: Services, vendors: Vendors) -> None:
    vendors.pinecone.fail(Fault("status", status=503), times=5)
    vendors.openai.fail(Fault("status", status=401), times=5)
    database, vectors, chat = services.parts()
    assert database.problem == ""
    assert "Pinecone" in vectors.problem
    assert "OpenAI" in chat.problem
    assert "standin" not in vectors.problem + chat.problem


def test_a_key_that_is_wrong_does_not_stop_the_start_and_the_coach_quotes(
    make_services: MakeServices, vendors: Vendors
) -> None:
    services = make_services(**vendors.settings | {"openai_api_key": "sk-wrong", "pinecone_api_key": "pc-wrong"})
    services.start()
    turn = ask(services, "Ana")
    assert turn.quotes
    assert turn.model == "library"
    assert turn.remark
