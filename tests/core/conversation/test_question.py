from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.question import cleaned, depends_on_before, is_personal
from core.errors import InputError


@pytest.mark.parametrize("question", ["", "  \n\t", "\u200b\u200e\ufeff", "\x00\x1b"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(InputError, match="Write a question"):
        cleaned(question, 2000)


@pytest.mark.parametrize("question", ["🏋️🏃💪", "???", "…!", "👩‍👩‍👧"])
def test_signs_alone_are_refused(question: str) -> None:
    with pytest.raises(InputError, match="in words"):
        cleaned(question, 2000)


def test_a_long_question_is_refused_with_both_lengths() -> None:
    with pytest.raises(InputError, match=r"10,000 characters; 2,000 are the most"):
        cleaned("a" * 10_000, 2000)
    assert cleaned("a" * 2000, 2000)


def test_text_that_hides_or_turns_other_text_is_removed() -> None:
    assert cleaned("pro\u202etein\u2066\u200b?", 2000) == "protein?"


def test_joiners_that_shape_letters_stay() -> None:
    assert cleaned("می\u200cخواهم", 2000) == "می\u200cخواهم"


@given(st.text(max_size=80))
def test_what_is_kept_has_a_word_and_nothing_hidden(text: str) -> None:
    try:
        kept = cleaned(text, 60)
    except InputError:
        return
    assert kept
    assert len(kept) <= 60
    assert cleaned(kept, 60) == kept
    assert not {unicodedata.category(c) for c in kept if c not in "\n\u200c\u200d"} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@pytest.mark.parametrize(
    "question",
    [
        "I am 54, may I run?",
        "I'm pregnant, which exercises are safe?",
        "I have diabetes. Can I lift weights?",
        "I've got a bad back, what now?",
        "Can I squat after my knee surgery?",
        "my weight is 90 kg, how much protein?",
        "I weigh 70 kilos, how much water a day?",
        "I take beta blockers, is HIIT ok?",
        "What should I train at 72?",
        "Make me a plan",
        "Is my plan good?",
        "my doctor says no running",
        "mail the plan to jo@example.org",
        "call me at +49 170 1234567",
        "I train every day and feel tired",
        "what does my blood pressure mean",
        "our baby is 3 weeks old, can we run?",
        "I lost 5 kg last month, is that too fast?",
    ],
)
def test_a_question_about_its_asker_is_personal(question: str) -> None:
    assert is_personal(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I do a push-up?",
        "How much protein do I need to build muscle?",
        "Can I train every day?",
        "Should I stretch before I run?",
        "How can I improve my grip strength?",
        "How do I fix my squat form?",
        "What should I eat before a run?",
        "Tell me how a plank is done",
        "How long should I rest between sets?",
        "Is coffee good before training?",
    ],
)
def test_a_question_that_anybody_could_ask_is_not(question: str) -> None:
    assert not is_personal(question)


@pytest.mark.parametrize(
    "question",
    [
        "And for women?", "What about push-ups?", "Why?", "how long", "Is that safe?", "Are those better than rows?",
        "Tell me more", "Can you explain it again?", "Which one is best for beginners?", "and how many of them a day",
        "You said 2 g, is this per day?", "How do I make it harder?",
    ],
)  # fmt: skip
def test_a_question_that_leans_on_the_one_before_is_recognised(question: str) -> None:
    assert depends_on_before(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I do a push-up?", "Is it safe to run in the heat?", "Is it ok to train twice a day?",
        "How long does it take to build muscle?", "What should a beginner do this week?",
        "Can a beginner train one day a week?",
    ],
)  # fmt: skip
def test_a_question_that_stands_alone_is_not_taken_for_a_follow_up(question: str) -> None:
    assert not depends_on_before(question)
