from __future__ import annotations

from typing import Any

import pytest

from benchmarks.cache.conversations import conversations, rewriter_from, turns
from core.conversation.rewriting import ModelRewriter, RuleRewriter
from core.conversation.standing import Standing
from tests.house import ScriptedModel


def chat(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user" if place % 2 == 0 else "assistant", "content": text} for place, text in enumerate(texts)]


def row(a: list[dict[str, str]], b: list[dict[str, str]], *, same: bool, **more: object) -> dict[str, Any]:
    return {"a": a, "b": b, "same": same, **more}


PLANK, SQUAT = "How long should I hold a plank?", "How do I do a squat?"
ROWS = [
    row(chat("hi", "Hello!", PLANK), chat(SQUAT, "Sit back.", PLANK), same=True, subtype="moved on"),
    row(chat(SQUAT, "Sit back.", "How many?"), chat(SQUAT, "Sit back.", "How many?"), same=True, subtype="leans"),
    row(chat("I'm pregnant", "Nice.", PLANK), chat("hi", "Hello!", PLANK), same=False, subtype="told", safety=True),
    row(chat("hi", "Hello!", PLANK), chat("hi", "Hello!", SQUAT), same=False, subtype="moved on"),
]


def test_the_last_message_is_the_question_and_the_rest_are_turns() -> None:
    messages = [
        {"role": "system", "content": "Be kind."}, {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Hi"}, {"role": "user", "content": "I have 10 minutes"},
        {"role": "assistant", "content": "Good."}, {"role": "user", "content": "What now?"},
    ]  # fmt: skip
    assert turns(messages) == ("What now?", [("", "Hello!"), ("Hi\nI have 10 minutes", "Good.")])


@pytest.mark.parametrize("messages", [[], chat("Hi", "Hello!")])
def test_a_chat_without_a_last_question_is_refused(messages: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="ends with a message of the user"):
        turns(messages)


def test_rules_serve_what_stands_alone_and_nothing_else() -> None:
    rules = RuleRewriter(lambda: Standing([["plank"], ["squat"]]))
    found = conversations(ROWS, rules, lambda known, asked: known == asked)
    assert (found["served_same"], found["served_traps"], found["bypassed"]) == (0.5, 0.0, 0.5)
    assert found["by_category"]["moved on"] == {"rows": 2, "served_same": 1.0, "served_traps": 0.0}
    assert found["safety"] == {"rows": 1, "served_traps": 0.0}


def test_a_cache_that_serves_all_shows_which_traps_reach_it() -> None:
    rules = RuleRewriter(lambda: Standing([["plank"], ["squat"]]))
    assert conversations(ROWS, rules, lambda known, asked: True)["served_traps"] == 0.5


def test_a_models_rewrites_are_asked_for_and_counted() -> None:
    said = ['{"standalone": "How many squats?", "certain": true}']
    model = ModelRewriter(ScriptedModel(said, said), lambda: Standing([["squat"]]))
    found = conversations(ROWS[1:2], model, lambda known, asked: known == asked == "How many squats?")
    assert (found["served_same"], found["input_tokens"], found["output_tokens"]) == (1.0, 240, 60)


def test_no_rows_give_zeros() -> None:
    found = conversations([], RuleRewriter(Standing), lambda known, asked: True)
    assert (found["served_same"], found["served_traps"], found["by_category"]) == (0.0, 0.0, {})


def test_the_rewriter_is_a_model_only_with_both_arguments() -> None:
    assert isinstance(rewriter_from("http://127.0.0.1:1/v1", "some-model"), ModelRewriter)
    assert isinstance(rewriter_from(None, "some-model"), RuleRewriter)
