"""What a person sees when parts fail: the server itself, the language model, the vector store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answers, ask, badge, questions
from tests.e2e.conftest import Server
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import Fault, serving

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
MakeServer = Callable[..., Server]
MODEL = "gpt-4.1-mini"
EMBEDDED_DIMENSION = 384


@pytest.fixture(scope="module")
def openai() -> Iterator[tuple[OpenAIStandIn, str]]:
    standin = OpenAIStandIn(pause_s=0.3)
    with serving(standin.app) as url:
        yield standin, url


@pytest.fixture(scope="module")
def model_server(make_server: MakeServer, openai: tuple[OpenAIStandIn, str]) -> Server:
    """Answers by a model that types slowly."""
    standin, url = openai
    return make_server(
        COACH_CHAT="openai",
        COACH_CHAT_MODEL=MODEL,
        OPENAI_BASE_URL=f"{url}/v1",
        OPENAI_API_KEY=standin.api_key,
        COACH_RETRIES="1",
        COACH_CIRCUIT_FAILURES="100",
        COACH_PRICES=f'{{"{MODEL}": {{"input": 1, "output": 4}}}}',
    )


def begin(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(answers(page).last).not_to_contain_text("Looking in the library")


def test_stop_keeps_what_was_said(new_page: NewPage, model_server: Server) -> None:
    page = new_page("Stella", at=model_server)
    begin(page, "How do I do a wall push-up?")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this answer.")).to_be_visible()
    said = answers(page).last.get_by_test_id("stMarkdown").first.inner_text()
    assert said.strip()
    answers(page).last.get_by_role("button", name="Regenerate").click()
    expect(badge(answers(page).last)).to_contain_text("fresh")
    expect(answers(page)).to_have_count(1)


def test_a_server_killed_in_mid_answer_says_so_and_loses_nothing(new_page: NewPage, model_server: Server) -> None:
    page = new_page("Karl", at=model_server)
    begin(page, "How do I do an archer push-up?")
    page.wait_for_timeout(1500)
    said = answers(page).last.get_by_test_id("stMarkdown").first.inner_text().split()
    model_server.kill()
    model_server.start()
    page.reload()
    expect(questions(page, "How do I do an archer push-up?")).to_be_visible()
    expect(page.get_by_text("The server stopped while it answered")).to_be_visible()
    kept = answers(page).last.inner_text()
    assert said[0] in kept
    answers(page).last.get_by_role("button", name="Regenerate").click()
    expect(badge(answers(page).last)).to_contain_text("fresh")


def test_without_the_model_the_library_answers_and_says_so(
    new_page: NewPage, model_server: Server, openai: tuple[OpenAIStandIn, str]
) -> None:
    page = new_page("Dana", at=model_server)
    openai[0].fail(Fault("status", path="chat/completions", status=500))
    answer = ask(page, "How do I do an incline push-up?")
    expect(answer).to_contain_text("The language model does not answer just now")
    expect(answer).to_contain_text("Incline push-up")
    expect(answer.get_by_text(re.compile(r"Sources \(\d\)"))).to_be_visible()


@pytest.mark.slow
def test_without_the_vector_store_words_answer_and_say_so(new_page: NewPage, make_server: MakeServer) -> None:
    standin = PineconeStandIn(dimension=EMBEDDED_DIMENSION)
    with serving(standin.app) as url:
        server = make_server(
            COACH_VECTOR_STORE="pinecone",
            PINECONE_API_KEY=standin.api_key,
            PINECONE_INDEX_HOST=url,
            COACH_RETRIES="1",
            COACH_TIMEOUT_SECONDS="5",
        )
    page = new_page("Vera", at=server)
    answer = ask(page, "How do I do a diamond push-up?")
    expect(answer).to_contain_text("The vector store does not answer just now")
    expect(answer).to_contain_text("Diamond push-up")


@pytest.mark.slow
def test_a_taken_port_and_a_broken_setting_are_said_in_one_sentence(server: Server, make_server: MakeServer) -> None:
    for environment, sentence in (
        ({"PORT": str(server.port)}, "choose another port"),
        ({"COACH_CACHE_THRESHOLD": "high"}, "COACH_CACHE_THRESHOLD"),
        ({"COACH_CHAT": "openai", "COACH_CHAT_MODEL": "m"}, "OPENAI_API_KEY is missing"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/coach.db"}, "database"),
    ):
        with pytest.raises(AssertionError) as failed:
            make_server(**environment)
        said = str(failed.value)
        assert "Cannot start: " in said
        assert sentence in said
        assert "Traceback" not in said


@pytest.mark.slow
def test_damaged_knowledge_keeps_the_old_library_and_says_file_and_line(
    new_page: NewPage, make_server: MakeServer
) -> None:
    server = make_server()
    server.kill()
    (server.data / "knowledge" / "guidance" / "latin.md").write_bytes("---\nid: x\ntitle: Café\n".encode("latin-1"))
    server.start()
    page = new_page("Ada", "Admin", at=server, path="/releases")
    expect(page.get_by_text("guidance/latin.md, line 3: is not UTF-8 text")).to_be_visible()
    page.goto(server.url)
    expect(ask(page, "How do I do a wall push-up?")).to_contain_text("Wall push-up")
