from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.semantic_cache.veto import Veto

VETO = Veto(
    [("Push-up", "press-up"), ("Barbell row", "bent-over row"), ("Band row", "seated band row", "standing row")]
)
WORDS = st.sampled_from(
    """
    how many much often long when why do should can i not never without push-ups rows barbell dumbbell back lower knee
    pain before after during 5 10 kg g minutes a day week, protein easier harder pregnant beginner un safe unsafe the
    """.split()
)
QUESTIONS = st.lists(WORDS, max_size=10).map(" ".join) | st.text(max_size=40)
quickly = settings(deadline=None, max_examples=200)


@quickly
@given(QUESTIONS)
@example("before after how during how")
def test_a_question_never_differs_from_itself(question: str) -> None:
    assert VETO.reason(question, question) is None
    assert VETO.reason(question, f"  {question} ?") is None


@quickly
@given(QUESTIONS, QUESTIONS)
@example("<Aa<µ", "/A<Àa")
def test_neither_of_two_questions_comes_first(one: str, other: str) -> None:
    assert VETO.reason(one, other) == VETO.reason(other, one)


@quickly
@given(st.integers(2, 10**7), st.integers(2, 10**7), st.sampled_from(["kg", "minutes", "reps", "kcal", ""]))
def test_two_numbers_never_share_an_answer(one: int, other: int, unit: str) -> None:
    same = VETO.reason(f"Is {one} {unit} enough?", f"Is {other:,} {unit} enough?") is None
    assert same is (one == other)


@pytest.mark.parametrize(
    ("asked", "known", "why"),
    [
        ("5 kg?", "6 kg?", "numbers or units differ"),
        ("Is it not good?", "Is it good?", "one is negated"),
        ("Push-ups?", "Rows?", "exercise differs: Push-up"),
        ("With a barbell?", "With a kettlebell?", "equipment differs: barbell"),
        ("Sore knees?", "Sore ankles?", "body part differs: ankle"),
        ("For men?", "For women?", "group of people differs: man"),
        ("With asthma?", "With gout?", "condition differs: asthma"),
        ("More zinc?", "More iron?", "subject differs: iron"),
        ("How often?", "How far?", "kind of question differs: distance"),
        ("Before lunch?", "After lunch?", "opposites: before and after"),
        ("Is it healthy?", "Is it unhealthy?", "opposites: healthy and unhealthy"),
    ],
)
def test_the_reason_is_said_in_words(asked: str, known: str, why: str) -> None:
    assert VETO.reason(asked, known) == why


def test_without_a_library_the_other_rules_still_hold() -> None:
    assert Veto().reason("Wall sits?", "Dead bugs?") == "equipment differs: wall"
    assert Veto().reason("What is RDL?", "What is TGU?") is None


def test_an_exercise_may_go_by_each_of_its_names_whatever_these_hold() -> None:
    assert VETO.reason("Is the barbell row hard on knees?", "Is the bent-over row hard on knees?") is None
    assert "equipment" in (VETO.reason("Push-ups with a barbell?", "Push-ups with a bench?") or "")


def test_names_of_one_exercise_that_contradict_each_other_do_not_share_an_answer() -> None:
    assert VETO.reason("Is a seated band row good?", "Is a standing row good?") == "opposites: seated and standing"
    assert VETO.reason("Is a seated band row good?", "Is a band row good?") is None


@pytest.mark.parametrize(
    "asked", ["Can I row when tired?", "Should people who are tired row?", "Row where it is cold?"]
)
def test_a_word_that_joins_clauses_asks_nothing(asked: str) -> None:
    assert "kind of question" not in (VETO.reason(asked, "Row?") or "")


@pytest.mark.parametrize("asked", ["When can I row?", "As a novice, when may I row?", "Tell me when to row"])
def test_a_word_that_opens_a_question_or_stands_before_a_verb_asks(asked: str) -> None:
    known = "As a novice, may I row?" if "novice" in asked else "May I row?"
    assert VETO.reason(asked, known) == "kind of question differs: time"


def test_a_name_that_denies_something_is_no_negation() -> None:
    assert VETO.reason("Rows without equipment?", "Bodyweight rows?") is None
    assert VETO.reason("No-equipment rows?", "Bodyweight rows?") is None
    assert VETO.reason("Rows without a bench?", "Rows on a bench?") == "one is negated"


def test_two_negations_are_not_none() -> None:
    assert VETO.reason("Rows with no bench and no barbell?", "Rows with a bench and a barbell?") == "one is negated"


@pytest.mark.parametrize(
    ("asked", "known", "differ"),
    [
        ("How many grams a day?", "How much a day?", False),
        ("How many grams per kg?", "How many grams per lb?", True),
        ("How many minutes a day?", "How many minutes a week?", True),
        ("How many sets and reps?", "How many sets?", False),
        ("How many sets a day?", "How many litres a day?", False),
    ],
)
def test_units_differ_where_each_question_measures_the_same_thing_its_own_way(
    asked: str, known: str, differ: bool
) -> None:
    assert (VETO.reason(asked, known) == "numbers or units differ") is differ


def test_both_sides_of_an_opposite_are_not_one_of_them() -> None:
    assert VETO.reason("Eat before and after?", "Eat before?") == "opposites: before and after"
    assert VETO.reason("Eat before and after?", "Eat after and before?") is None
    assert VETO.reason("Eat before it?", "Eat?") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What should a trainer bring?", "What should a trainee bring?"),
        ("Who pays the assignors?", "Who pays the assignee?"),
        ("Is misuse common?", "Is use common?"),
        ("How do I get from gate 3 to gate 8?", "How do I get from gate 8 to gate 3?"),
        ("Are all paths lit?", "Are any paths lit?"),
        ("What was the toll?", "What will the toll be?"),
        ("Is it busy on a Monday?", "Is it busy on a Friday?"),
        ("Where is Lima?", "Where is Quito?"),
        ("Did Ann phone Bob?", "Did Bob phone Ann?"),
    ],
)
def test_everyday_questions_that_differ_in_little_are_told_apart(one: str, other: str) -> None:
    assert Veto().reason(one, other)
    assert Veto().reason(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is there a fee for a transfer?", "Is there a fee when I transfer?"),
        ("Can I do 10 reps in 3 sets?", "Can I do 3 sets with 10 reps?"),
        ("What would a committee decide?", "What does a committee decide?"),
    ],
)
def test_everyday_questions_that_mean_the_same_are_not(one: str, other: str) -> None:
    assert Veto().reason(one, other) is None
