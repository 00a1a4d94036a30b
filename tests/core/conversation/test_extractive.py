from __future__ import annotations

from dataclasses import replace

import pytest

from core.conversation.answering import NOTHING_ELSE, Answer, Request
from core.conversation.extractive import Extractive, Phrasing, compose, key_sentences
from core.knowledge.model import Passage, Source
from core.knowledge.retrieval import Found
from core.semantic_cache.model import Hidden, answer_key
from tests.house import ScriptedModel, down

LONG = (
    "Most people who train regularly do well on 1.4 to 2.0 g of protein per kg of body weight a day. "
    "The general recommendation for inactive adults is lower, about 0.8 g per kg. "
    "Ask a doctor before you raise protein with a kidney disease. "
    "Endurance athletes usually sit in the lower half of the range and people who lift heavily in the upper half. "
    "Going far above that brings little extra muscle, so that other food should not be pushed off the plate."
)


def passage(number: int, text: str) -> Passage:
    source = Source("Guideline", "WHO", 2020, "https://who.int")
    return Passage(
        f"guidance/d{number}#0", f"guidance/d{number}", f"Title {number}", f"What of {number}?", text, (source,)
    )


def found(*texts: str, similarity: float = 0.5) -> tuple[Found, ...]:
    return tuple(Found(passage(place, text), 1.0, similarity - 0.2 * place) for place, text in enumerate(texts, 1))


def answered(request: Request, model: ScriptedModel | None = None, seconds: float = 30) -> tuple[list[str], Answer]:
    phrasing = Phrasing(model, seconds) if model else None
    *pieces, answer = Extractive(lambda: ["push-up", "pull-up"], phrasing).stream(request)
    assert isinstance(answer, Answer)
    return [str(piece) for piece in pieces], answer


def test_the_best_passage_is_quoted_with_its_number_and_source() -> None:
    pieces, answer = answered(Request("What?", found("One.", "Two.")))
    assert pieces == ["**What of 1** [1]\n\nOne."]
    assert answer.text == "".join(pieces)
    assert [quote.text for quote in answer.quotes] == ["One."]
    assert answer.complete


def test_a_second_passage_that_is_as_near_joins_it() -> None:
    near = (Found(passage(1, "One."), 1, 0.50), Found(passage(2, "Two."), 1, 0.47))
    assert [quote.text for quote in answered(Request("What?", near))[1].quotes] == ["One.", "Two."]


def test_a_passage_for_other_people_does_not_join() -> None:
    general, older = passage(1, "One."), replace(passage(2, "Two."), heading="Do older people need more protein?")
    near = (Found(general, 1, 0.50), Found(older, 1, 0.47))
    assert [quote.text for quote in answered(Request("How much protein?", near))[1].quotes] == ["One."]
    _, answer = answered(Request("How much protein for older adults?", near))
    assert [quote.text for quote in answer.quotes] == ["One.", "Two."]


def test_a_passage_for_other_people_comes_after_a_general_one_that_is_as_near() -> None:
    general, older = passage(1, "One."), replace(passage(2, "Two."), heading="Do older people need more protein?")
    asked = "How much protein to build muscle?"
    near = (Found(older, 1, 0.50), Found(general, 1, 0.45))
    assert [quote.text for quote in answered(Request(asked, near))[1].quotes] == ["One."]
    far = (Found(older, 1, 0.50), Found(general, 1, 0.40))
    assert [quote.text for quote in answered(Request(asked, far))[1].quotes] == ["Two."]


def test_a_hidden_answer_gives_way_to_the_next_and_then_to_an_honest_line() -> None:
    both = found("One.", "Two.")
    keys = [answer_key(compose([one.passage])) for one in both]
    assert answered(Request("What?", both, hidden=Hidden(frozenset(keys[:1]))))[1].quotes[0].text == "Two."
    _, answer = answered(Request("What?", both, hidden=Hidden(frozenset(keys))))
    assert (answer.text, answer.complete, answer.quotes) == (NOTHING_ELSE, False, ())


def test_an_answer_to_be_replaced_comes_again_only_as_the_last() -> None:
    one = found("One.")
    avoid = frozenset({answer_key(compose([one[0].passage]))})
    assert answered(Request("What?", found("One.", "Two."), avoid=avoid))[1].quotes[0].text == "Two."
    assert answered(Request("What?", one, avoid=avoid))[1].quotes[0].text == "One."


def test_a_grounded_sentence_is_added_after_the_quote() -> None:
    said = "People who train regularly do well on 1.4 to 2.0 g of protein per kg of body weight a day."
    pieces, answer = answered(Request("How much protein?", found(LONG)), ScriptedModel([said], trusted=False))
    assert pieces[0].endswith(LONG), "the quote comes first, at once"
    assert answer.text.endswith(f"**In short:** {said}")
    assert (answer.input_tokens, answer.output_tokens) == (120, 30)


@pytest.mark.parametrize(
    "said",
    [
        "People who train do well on 14 to 20 g of protein per kg of body weight a day.",
        "People who train regularly do well on 1.4 to 2.0 g of protein a day.",
        "You may raise protein with a kidney disease.",
        "Do a push-up with protein in the upper half of the range of athletes.",
        "Protein cures a cold and makes you sleep.",
        "Most people who train regularly do well on 1.4 to",
        "",
    ],
    ids=["another number", "a unit left out", "safety left out", "an exercise", "invented", "cut", "silent"],
)
def test_what_the_sources_do_not_say_is_not_shown(said: str) -> None:
    _, answer = answered(Request("How much protein?", found(LONG)), ScriptedModel([said], trusted=False))
    assert "In short" not in answer.text
    assert answer.complete


def test_a_model_that_fails_or_is_late_leaves_the_quote() -> None:
    good = "Most people who train regularly do well on 1.4 to 2.0 g of protein per kg of body weight a day."
    for model, seconds in ((ScriptedModel([down()]), 30.0), (ScriptedModel([good]), 1e-9)):
        _, answer = answered(Request("How much protein?", found(LONG)), model, seconds)
        assert answer.text == compose([passage(1, LONG)])


@pytest.mark.parametrize("text", ["Short.", "1. " + "Lie down and press. " * 30, "- " + "Eat well. " * 60])
def test_short_texts_and_lists_are_not_phrased(text: str) -> None:
    model = ScriptedModel(["x"], trusted=False)
    answered(Request("How?", found(text)), model)
    assert model.asked == []


def test_the_same_quote_has_the_same_key_with_and_without_a_summary() -> None:
    said = "People who train regularly do well on 1.4 to 2.0 g of protein per kg of body weight a day."
    _, plain = answered(Request("How much?", found(LONG)))
    _, phrased = answered(Request("How much?", found(LONG)), ScriptedModel([said]))
    assert plain.text != phrased.text
    assert plain.key == phrased.key


def test_the_model_reads_the_sentences_that_share_the_questions_words() -> None:
    chosen = key_sentences("Is protein bad with a kidney disease?", LONG)
    assert "kidney disease" in chosen
    assert "Endurance athletes" not in chosen
