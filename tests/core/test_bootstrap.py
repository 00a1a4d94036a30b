from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.access.model import Role
from core.bootstrap import Part, Services
from core.conversation.model import Outcome, State, TurnView
from core.errors import ForbiddenError, NotFoundError, ServiceRefused
from tests.house import person

MakeServices = Callable[..., Services]
ADMIN = person("Ada", Role.ADMIN)
QUESTION = "How much protein do I need to build muscle?"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def ask(services: Services, name: str = "Ana", question: str = QUESTION) -> TurnView:
    *_, last = services.asking.ask(person(name), question)
    assert isinstance(last, TurnView)
    return last


def test_to_build_reads_and_migrates_nothing(make_services: MakeServices) -> None:
    services = make_services()
    assert services.knowledge.documents == ()
    assert not (services.settings.data_dir / "coach.db").exists()


def test_on_embedded_parts_it_starts_from_nothing_and_starts_again_without_work(make_services: MakeServices) -> None:
    first, again = make_services(), make_services()
    done: list[tuple[int, int]] = []
    first.start(lambda *progress: done.append(progress))
    assert done[-1][0] == done[-1][1] == sum(len(one.passages) for one in first.knowledge.documents)
    again.start(lambda *progress: pytest.fail("the index was built again"))
    assert again.knowledge.version == first.knowledge.version
    assert ask(again).quotes


def test_to_start_twice_changes_nothing(make_services: MakeServices, library_url: str) -> None:
    services = make_services(database_url=library_url)
    services.start()
    before = services.releases.listing(ADMIN), services.knowledge.version
    services.start()
    assert (services.releases.listing(ADMIN), services.knowledge.version) == before
    assert len(before[0]) == 1


def test_what_was_answered_before_a_restart_is_still_there(make_services: MakeServices, library_url: str) -> None:
    first = make_services(database_url=library_url)
    first.start()
    turn = ask(first)
    assert turn.outcome is Outcome.MISS
    first.close()
    second = make_services(database_url=library_url)
    second.start()
    assert second.conversations.open(person(), turn.conversation_id).turns[0].answer == turn.answer
    assert ask(second, "Ben").outcome is Outcome.HIT


def test_what_a_crash_left_unfinished_is_ended_where_no_other_server_can_be(
    make_services: MakeServices, library_url: str
) -> None:
    crashed = make_services(database_url=library_url)
    crashed.start()
    parts = crashed.asking.ask(person(), QUESTION)
    next(parts)
    services = make_services(database_url=library_url)
    services.start()
    (conversation,) = services.conversations.listing(person())
    (turn,) = services.conversations.open(person(), conversation.id).turns
    assert turn.state is (State.INTERRUPTED if services.database.is_sqlite else State.ANSWERING)
    parts.close()


def test_before_the_start_no_question_is_answered(make_services: MakeServices, library_url: str) -> None:
    with pytest.raises(NotFoundError, match="start the app once"):
        ask(make_services(database_url=library_url))


CHANGES: list[dict[str, Any]] = [
    {"cache_error_budget": 0.02}, {"cache_days": 1.0}, {"cache": "off"},
    {"chat": "openai", "chat_model": "gpt-4.1-mini", "openai_base_url": "http://127.0.0.1:1/v1"},
]  # fmt: skip


@pytest.mark.parametrize("changed", CHANGES, ids=lambda changed: next(iter(changed)))
def test_settings_that_answers_depend_on_make_a_new_release(
    make_services: MakeServices, library_url: str, changed: dict[str, Any]
) -> None:
    first, second = make_services(database_url=library_url), make_services(database_url=library_url, **changed)
    first.start()
    second.start()
    newest, oldest = second.releases.listing(ADMIN)
    assert (newest.channels, oldest.channels) == (("stable",), ())
    first.start()
    assert first.releases.serving(ADMIN).release_id == oldest.id
    assert len(first.releases.listing(ADMIN)) == 2


def test_other_settings_make_none(make_services: MakeServices, library_url: str) -> None:
    make_services(database_url=library_url).start()
    services = make_services(database_url=library_url, product_name="Coach", port=9000, retries=1, log_questions=True)
    services.start()
    assert len(services.releases.listing(ADMIN)) == 1


def test_with_the_cache_off_nobody_gets_anothers_answer(make_services: MakeServices, library_url: str) -> None:
    services = make_services(database_url=library_url, cache="off")
    services.start()
    assert [ask(services, name).outcome for name in ("Ana", "Ben")] == [Outcome.BYPASS, Outcome.BYPASS]


def test_faiss_answers_like_the_embedded_search(make_services: MakeServices, library_url: str) -> None:
    answers = []
    for store in ("embedded", "faiss"):
        services = make_services(database_url=library_url, vector_store=store, cache="off")
        services.start()
        answers.append(ask(services).answer)
    assert services.store.name == "FAISS"
    assert answers[0] == answers[1]


def test_the_embedded_parts_answer(make_services: MakeServices, library_url: str) -> None:
    parts = make_services(database_url=library_url).parts()
    assert [part.problem for part in parts] == ["", "", ""]
    assert [part.name.partition(":")[0] for part in parts] == ["database", "vectors", "chat model"]


def test_a_database_that_is_away_is_said_in_a_sentence(make_services: MakeServices) -> None:
    database, vectors, chat = make_services(database_url=NOWHERE).parts()
    assert database == Part(
        "database", "The database does not answer; check that it runs and that DATABASE_URL is right."
    )
    assert vectors.problem.startswith("The database does not answer")
    assert chat.problem == ""


SECRETS = {
    "openai_api_key": "sk-not-to-be-seen", "pinecone_api_key": "pc-not-to-be-seen",
    "database_url": "postgresql://coach:not-to-be-seen@127.0.0.1:1/coach",
    "cookie_secret": "not-to-be-seen-and-long-enough-for-a-secret",
}  # fmt: skip


def test_the_configuration_shows_every_setting_and_no_secret(make_services: MakeServices) -> None:
    shown = make_services(**SECRETS, product_name="Coach").configuration(ADMIN)
    assert shown["COACH_PRODUCT_NAME"] == "Coach"
    assert "not-to-be-seen" not in str(shown)
    assert {"OPENAI_API_KEY", "PINECONE_API_KEY", "DATABASE_URL", "COACH_COOKIE_SECRET"} <= set(shown)
    assert shown["OPENAI_API_KEY"].strip("*") == ""


@pytest.mark.parametrize("role", [Role.TRAINER, Role.PRODUCT])
def test_only_admins_see_the_configuration(make_services: MakeServices, role: Role) -> None:
    with pytest.raises(ForbiddenError, match="needs the role admin"):
        make_services().configuration(person(role=role))


def test_to_close_twice_is_safe(make_services: MakeServices, library_url: str) -> None:
    services = make_services(database_url=library_url)
    services.start()
    services.warm()
    services.close()
    services.close()


class Weights:
    """A part that loads its weights at first use, if they are there."""

    name, dimension, trusted = "weights", 8, False

    def __init__(self, *, missing: bool = False) -> None:
        self.missing = missing
        self.loaded = False

    def load(self) -> None:
        if self.missing:
            raise ServiceRefused("embedder", "The weights are missing.")
        self.loaded = True


def test_warming_up_loads_what_can_be_loaded_and_logs_what_cannot(
    make_services: MakeServices, caplog: pytest.LogCaptureFixture
) -> None:
    chat, missing = Weights(), Weights(missing=True)
    services = replace(make_services(), chat=chat, embedder=missing)
    with caplog.at_level(logging.WARNING, "core.bootstrap"):
        services.warm()
    assert chat.loaded
    (record,) = caplog.records
    assert (record.message, record.__dict__["reason"]) == ("not_warm", "The weights are missing.")


def test_who_is_signed_in_stays_so_when_the_server_starts_again(make_services: MakeServices) -> None:
    token = make_services().sessions.issue("Ana", Role.TRAINER)
    assert make_services().sessions.actor(token) == person("Ana")


def test_a_secret_that_is_set_signs_instead_of_the_kept_one(make_services: MakeServices) -> None:
    token = make_services(cookie_secret="one secret of more than 32 characters").sessions.issue("Ana", Role.TRAINER)
    other = make_services(cookie_secret="another secret of more than 32 characters")
    assert other.sessions.actor(token) is None
    assert not (other.settings.data_dir / "cookie_secret").exists()
