from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.semantic_cache.model import OPENING, CachePolicy, Hidden, Scope, answer_key, opening_of, question_key

TEXTS = st.text(st.sampled_from("aB ßİ\n.,é’"), max_size=2 * OPENING)
quickly = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize("same", ["can i run?", " Can  I\trun ", "CAN I RUN?!", "Ｃan I run", "can i run..."])
def test_questions_that_differ_in_nothing_that_matters_have_one_key(same: str) -> None:
    assert question_key(same) == question_key("Can I run")


@pytest.mark.parametrize("other", ["Can I run 2", "Can't I run", "Can I row", "Can I, run", "Canirun"])
def test_questions_that_differ_in_a_word_or_inside_have_two(other: str) -> None:
    assert question_key(other) != question_key("Can I run")


def test_an_apostrophe_is_one_however_it_is_typed() -> None:
    assert question_key("Can’t I run") == question_key("can't i run?")


def test_an_answer_is_recognised_whatever_its_spacing_and_case() -> None:
    assert answer_key("Lie down.\n\nRest.") == answer_key(" lie DOWN. rest.")
    assert answer_key("Lie down.") != answer_key("Lie down!")


def test_without_hidden_answers_everything_may_be_shown() -> None:
    assert all(Hidden().may_show(said) for said in ("", "Lie", "Lie down."))


@quickly
@given(TEXTS, st.integers(0, 2 * OPENING))
def test_no_beginning_of_a_hidden_answer_may_be_shown(answer: str, length: int) -> None:
    hidden = Hidden(frozenset([answer_key(answer)]), (opening_of(answer),))
    assert not hidden.may_show(answer[:length])


@quickly
@given(TEXTS, TEXTS)
def test_what_differs_within_the_opening_may_be_shown(answer: str, other: str) -> None:
    hidden = Hidden(frozenset(), (opening_of(f"one {answer}"),))
    assert hidden.may_show(f"two {other}")


def test_each_of_several_hidden_answers_is_held_back() -> None:
    hidden = Hidden(frozenset(), ("lie down", "stand up"))
    assert [hidden.may_show(said) for said in ("Lie", "STAND  UP and", "Sit", "S")] == [False, False, True, False]


def test_answers_that_begin_alike_are_held_back_until_they_differ() -> None:
    long = "word " * OPENING
    hidden = Hidden(frozenset(), (opening_of(long),))
    assert not hidden.may_show(f"{long} and then something else")
    assert hidden.may_show(f"{long[: OPENING - 10]} and then something else")


def test_a_scope_has_a_namespace_of_its_own() -> None:
    assert Scope("default", "3f", "en").namespace == "cache-default-3f-en"


def test_a_policy_is_told_in_a_line_that_changes_with_what_answers_depend_on() -> None:
    assert CachePolicy(enabled=False).words == "off"
    assert CachePolicy().words == "on budget=0.01 days=30"
    assert CachePolicy(error_budget=0.02, time_to_live=timedelta(hours=12)).words == "on budget=0.02 days=0.5"
    assert CachePolicy(judge_calls_per_day=1, audit_share=1.0).words == CachePolicy().words
