from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from core.adapters.openai_chat import OpenAIChat
from core.adapters.resilience import Resilient
from core.database import Database
from core.errors import ServiceError, ServiceRefused, ServiceUnavailable
from core.ports import Completion, Message
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.server import Fault, serving

KEY = "sk-very-secret-0123456789"
ASKED = [Message("system", "Be brief."), Message("user", "one two three four five six")]
CHAT = "/chat/completions"


@contextmanager
def talking(server: OpenAIStandIn, *, key: str = KEY, model: str = "gpt-4.1-mini", **more: Any) -> Iterator[OpenAIChat]:
    resilience = Resilient("OpenAI", attempts=3, base_delay_s=0.001, breaker_failures=3, breaker_reset_s=60)
    with (
        serving(server.app) as url,
        closing(OpenAIChat(key, model, f"{url}/v1", resilience=resilience, **more)) as chat,
    ):
        yield chat


def standin(**more: Any) -> OpenAIStandIn:
    return OpenAIStandIn(KEY, **more)


def finished(chat: OpenAIChat, messages: list[Message] = ASKED, max_tokens: int = 50) -> Completion:
    *_, completion = chat.stream(messages, max_tokens=max_tokens)
    assert isinstance(completion, Completion)
    return completion


def test_counts_tokens_as_the_vendor_does() -> None:
    with talking(server := standin()) as chat:
        completion = finished(chat)
    usage = server.asked(CHAT)[0].chunks[-1]["usage"]
    assert (completion.input_tokens, completion.output_tokens) == (usage["prompt_tokens"], usage["completion_tokens"])


def test_estimates_tokens_where_a_server_sends_no_counts() -> None:
    with talking(standin(sends_usage=False)) as chat:
        completion = finished(chat)
    assert completion.output_tokens == pytest.approx(len(completion.text) / 4, abs=1)
    assert completion.input_tokens == pytest.approx(sum(4 + len(one.content) / 4 for one in ASKED), abs=2)


@pytest.mark.parametrize("sign", ["[[refuse]]", "[[filter]]"])
def test_says_that_an_answer_was_filtered(sign: str) -> None:
    with talking(standin()) as chat:
        completion = finished(chat, [Message("user", f"Tell me {sign}")])
    assert completion.finish == "filtered"
    assert completion.text == ""


def test_uses_the_name_of_the_limit_that_the_server_knows() -> None:
    with talking(server := standin(old_limit=False)) as chat:
        assert [finished(chat, max_tokens=3).finish, finished(chat, max_tokens=3).finish] == ["length", "length"]
    limits = [("max_tokens" in one.sent, "max_completion_tokens" in one.sent) for one in server.asked(CHAT)]
    assert limits == [(True, False), (False, True), (False, True)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=500),
        Fault("status", status=503, retry_after=0.001),
        Fault("status", status=429, code="rate_limit_exceeded", retry_after=0.001),
        Fault("status", status=408),
        Fault("cut", pieces=-1),
    ],
    ids=["500", "503", "429", "408", "cut"],
)
def test_tries_again_what_fails_before_the_first_piece(fault: Fault) -> None:
    server = standin()
    server.fail(fault, times=2)
    with talking(server) as chat:
        assert finished(chat).finish == "stop"
    assert len(server.asked(CHAT)) == 3


def test_gives_up_on_a_server_that_does_not_answer_in_time() -> None:
    server = standin()
    server.fail(Fault("hang", seconds=2), times=3)
    with talking(server, timeout_s=0.1) as chat, pytest.raises(ServiceUnavailable, match="took too long"):
        finished(chat)
    assert len(server.asked(CHAT)) == 3


def test_gives_up_on_a_server_that_cannot_be_reached() -> None:
    with serving(standin().app) as url:
        pass
    resilience = Resilient("OpenAI", attempts=2, base_delay_s=0.001)
    with (
        closing(OpenAIChat(KEY, "m", f"{url}/v1", resilience=resilience)) as chat,
        pytest.raises(ServiceUnavailable, match="cannot be reached"),
    ):
        finished(chat)


@pytest.mark.parametrize("kind", ["cut", "unfinished"])
def test_an_answer_that_breaks_off_is_an_error_after_its_pieces(kind: Any) -> None:
    server = standin()
    server.fail(Fault(kind, pieces=3))
    with talking(server) as chat:
        stream = chat.stream(ASKED, max_tokens=50)
        pieces = list(islice(stream, 3))
        with pytest.raises(ServiceUnavailable, match="OpenAI"):
            next(stream)
    assert pieces == ["You ", "said: ", "one "]
    assert len(server.asked(CHAT)) == 1


def test_an_outage_opens_the_circuit() -> None:
    server = standin()
    server.fail(Fault("status", status=500), times=9)
    with talking(server) as chat:
        for _ in range(3):
            with pytest.raises(ServiceUnavailable, match="status 500"):
                finished(chat)
        with pytest.raises(ServiceUnavailable, match="left alone"):
            finished(chat)
    assert len(server.asked(CHAT)) == 9


def test_closing_the_stream_stops_the_model() -> None:
    server = standin(pause_s=0.02)
    long = [Message("user", "word " * 2000)]
    with talking(server) as chat:
        with closing(chat.stream(long, max_tokens=5000)) as stream:
            next(stream)
        exchange = server.asked(CHAT)[0]
        sent = -1
        while sent < len(exchange.chunks):
            sent = len(exchange.chunks)
            time.sleep(0.2)
    assert exchange.abandoned
    assert sent < 1000


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "quota": ({"status": 429, "code": "insufficient_quota"}, "credit or quota is used up"),
    "forbidden": ({"status": 403}, "does not let this key"),
    "unknown": ({"status": 404}, "no such model or address"),
    "too long": ({"status": 400, "code": "context_length_exceeded"}, "too long for this model"),
    "bad": ({"status": 400}, r"rejected the request \(status 400\)"),
}


@pytest.mark.parametrize(("fault", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_does_not_try_again_what_was_refused(fault: dict[str, Any], sentence: str) -> None:
    server = standin()
    server.fail(Fault("status", **fault))
    with talking(server) as chat, pytest.raises(ServiceRefused, match=sentence):
        finished(chat)
    assert len(server.asked(CHAT)) == 1


def test_a_wrong_key_is_named_as_such() -> None:
    with talking(standin(), key="sk-other") as chat, pytest.raises(ServiceRefused, match="check OPENAI_API_KEY"):
        finished(chat)


@pytest.mark.parametrize("key", ["sk-two\nlines", " sk-space", "sk-ключ"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ServiceRefused, match="copy it again") as caught:
        OpenAIChat(key, "m")
    assert key.strip() not in _all_text(caught.value)


def test_no_error_or_log_line_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    server = standin()
    shown = ""
    with caplog.at_level(logging.DEBUG), talking(server) as chat:
        for status in (500, 429, 400, 403):
            server.fail(Fault("status", status=status), times=3 if status in (500, 429) else 1)
            with pytest.raises(ServiceError) as caught:
                finished(chat)
            shown += str(caught.value)
    ours = [record for record in caplog.records if not record.name.startswith(("openai", "httpx2", "httpcore"))]
    shown += json.dumps([str(vars(record)) for record in ours])
    assert KEY not in shown
    assert "Bearer" not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("use", [lambda chat: finished(chat), lambda chat: chat.check()], ids=["stream", "check"])
def test_nothing_is_asked_inside_a_transaction(use: Callable[[OpenAIChat], object], tmp_path: Path) -> None:
    server = standin()
    with (
        talking(server) as chat,
        closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database,
        database.read(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        use(chat)
    assert server.exchanges == []


def test_the_check_asks_for_the_model_and_not_for_an_answer() -> None:
    with talking(server := standin()) as chat:
        chat.check()
    assert [one.path for one in server.exchanges] == ["/v1/models/gpt-4.1-mini"]


def test_the_check_names_a_model_that_the_key_does_not_have() -> None:
    with talking(standin(), model="gpt-99") as chat, pytest.raises(ServiceRefused, match="no model gpt-99"):
        chat.check()


def test_the_check_finds_a_model_in_the_list_where_models_have_no_entries() -> None:
    server = standin()
    server.fail(Fault("status", status=404, path="/models/gpt-4.1-mini"))
    with talking(server) as chat:
        chat.check()


def _all_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
