from __future__ import annotations

import pytest

from core.conversation.answering import Answer, Request
from core.conversation.extractive import Extractive
from core.conversation.generative import AGAIN, CUT, DOWN, LONG, SILENT, UNCITED, Generative
from core.knowledge.model import Passage, Source
from core.knowledge.retrieval import Found
from core.prompts.model import CoachPrompt
from core.semantic_cache.model import Hidden, answer_key, opening_of
from tests.house import ScriptedModel, down

WHO = Source("Guidelines", "WHO", 2020, "https://who.int")
PASSAGE = Passage(
    "guidance/x#0", "guidance/x", "Protein", "How much protein?", "Eat 1.4 to 2.0 g per kg a day.", (WHO,)
)
FOUND = (Found(PASSAGE, 1.0, 0.8),)


def answered(model: ScriptedModel, request: Request) -> tuple[list[str], Answer]:
    answerer = Generative(model, CoachPrompt(), Extractive(lambda: []), max_tokens=100)
    *pieces, answer = answerer.stream(request)
    assert isinstance(answer, Answer)
    return [str(piece) for piece in pieces], answer


def test_the_models_pieces_pass_through_and_its_answer_may_be_shared() -> None:
    pieces, answer = answered(ScriptedModel(["Eat ", "enough [1]."]), Request("How much?", FOUND))
    assert pieces == ["Eat ", "enough [1]."]
    assert (answer.text, answer.complete, answer.remark) == ("Eat enough [1].", True, "")
    assert answer.quotes[0].sources == (WHO,)
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("scripted-model", 120, 30)


def test_the_passages_go_to_the_model_as_data() -> None:
    model = ScriptedModel(["x [1]"])
    answered(model, Request("How much?", FOUND, before=(("Hi?", "Hello."),)))
    [messages] = model.asked
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert PASSAGE.text in messages[-1].content
    assert PASSAGE.text not in messages[0].content


@pytest.mark.parametrize("text", ["Eat enough.", "Eat enough [7]."])
def test_an_answer_that_names_no_passage_is_not_shared(text: str) -> None:
    _, answer = answered(ScriptedModel([text]), Request("How much?", FOUND))
    assert (answer.complete, answer.remark) == (False, UNCITED)


def test_an_answer_cut_at_its_longest_length_says_so() -> None:
    _, answer = answered(ScriptedModel(["Eat [1]"], finish="length"), Request("How much?", FOUND))
    assert (answer.complete, answer.remark) == (False, LONG)


@pytest.mark.parametrize(
    ("model", "remark"),
    [
        (ScriptedModel([down()]), DOWN),
        (ScriptedModel([]), SILENT),
        (ScriptedModel(["   "]), SILENT),
    ],
)
def test_without_an_answer_the_library_is_quoted_and_it_is_said(model: ScriptedModel, remark: str) -> None:
    pieces, answer = answered(model, Request("How much?", FOUND))
    assert PASSAGE.text in "".join(pieces)
    assert (answer.remark, answer.complete, answer.model) == (remark, False, "library")


def test_a_model_that_breaks_off_leaves_what_it_said() -> None:
    pieces, answer = answered(ScriptedModel(["Eat ", down()]), Request("How much?", FOUND))
    assert "".join(pieces) == answer.text == "Eat "
    assert (answer.cut, answer.complete, answer.remark) == (True, False, CUT)


def test_a_hidden_answer_is_never_shown_not_even_its_beginning() -> None:
    text = "Eat a lot of it [1]."
    hidden = Hidden(frozenset({answer_key(text)}), (opening_of(text),))
    pieces, answer = answered(ScriptedModel(["Eat a ", "lot of it [1]."]), Request("How much?", FOUND, hidden=hidden))
    assert not any("Eat a " in piece for piece in pieces)
    assert answer.remark == AGAIN
    assert answer.text == "".join(pieces)


def test_an_answer_that_only_begins_like_a_hidden_one_is_shown_whole() -> None:
    hidden = Hidden(frozenset({answer_key("Eat a lot [1].")}), (opening_of("Eat a lot [1]."),))
    pieces, answer = answered(ScriptedModel(["Eat a ", "little [1]."]), Request("How much?", FOUND, hidden=hidden))
    assert "".join(pieces) == answer.text == "Eat a little [1]."
    assert answer.complete


def test_closing_early_stops_the_model() -> None:
    model = ScriptedModel(["Eat ", "enough ", "[1]."])
    answerer = Generative(model, CoachPrompt(), Extractive(lambda: []), max_tokens=100)
    stream = answerer.stream(Request("How much?", FOUND))
    next(stream)
    stream.close()
    assert model.closed_early == 1
