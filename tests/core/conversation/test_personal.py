from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cache.personal import personal
from core.conversation.identifiers import has_identifier
from core.conversation.personal import about_a_person
from core.conversation.question import is_personal, may_be_shared

ROWS = [json.loads(line) for line in Path("tests/data/personal_questions.jsonl").read_text("utf-8").splitlines()]
TEMPLATES = ["How do I do a {}?", "Is a {} good for beginners?", "Can I do {} every day?", "Should I {} before I run?"]


def test_the_development_set_is_large_and_even() -> None:
    own = sum(row["personal"] for row in ROWS)
    assert len({row["q"] for row in ROWS}) == len(ROWS) >= 240
    assert abs(own - len(ROWS) / 2) <= len(ROWS) / 20


def test_few_personal_questions_leak_and_few_general_ones_are_kept_out() -> None:
    found = personal(ROWS)
    assert found["leaked"] <= 0.02
    assert found["kept_out"] <= 0.15


@pytest.mark.parametrize(
    "text",
    [
        "write to jo.m@example.co.uk", "+49 170 1234567", "ring 020 7946 0958", "my card 4111-1111-1111-1111",
        "DE89 3704 0044 0532 0130 00", "gb29nwbk60161331926819",
        "078-05-1120", "https://example.org/me", "www.example.org",
        "12 Baker Street", "Hauptstraße 5", "10.1.2.3", "follow @fit_jo",
    ],
)  # fmt: skip
def test_identifiers_are_found(text: str) -> None:
    assert has_identifier(text)
    assert not may_be_shared(text)


@pytest.mark.parametrize(
    "text",
    [
        "8, 10, 12, 15 or 20 reps?", "5x5 at 80 %, 3-4 min rest", "10,000 steps or 12,000?", "100 m in 10.5 s",
        "1500 or 2000 or 2500 kcal?", "4-0-2-0 tempo", "Is 16:8 fasting ok?", "VO2max 45-50 ml/kg/min",
        "3 steps on the road",
    ],
)  # fmt: skip
def test_numbers_of_training_are_no_identifiers(text: str) -> None:
    assert not has_identifier(text)


@given(
    st.sampled_from([row["q"] for row in ROWS if row["personal"]]),
    st.sampled_from([str.upper, str.lower]),
    st.booleans(),
)
def test_case_spaces_and_apostrophes_hide_nothing(question: str, case: object, curly: bool) -> None:
    assert callable(case)
    changed = "  ".join((question.replace("'", "’") if curly else question).split())
    assert is_personal(question)
    assert is_personal(changed)
    if not question.startswith(("My name", "Our trainee")):
        assert is_personal(case(changed))


@given(
    st.sampled_from(TEMPLATES),
    st.sampled_from(["squat", "push-up", "plank", "lunge", "dip"]),
    st.sampled_from(
        ["I'm pregnant.", "My knee hurts.", "I weigh 80 kg.", "I am 54.", "She had surgery.", "As a diabetic,"]
    ),
    st.booleans(),
)
def test_what_is_told_makes_any_question_personal(template: str, name: str, told: str, first: bool) -> None:
    question = template.format(name)
    assert not is_personal(question)
    assert is_personal(f"{told} {question}" if first else f"{question} {told}") or told.startswith("As")


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert is_personal(text) is (about_a_person(text) or has_identifier(text))


@pytest.mark.parametrize(
    "part", ["a", "my ", "i am ", "as a ", "Hi hey ", "a1", "1 ", "x@", "how do i ", "1 a street ", "what "]
)
def test_no_text_is_slow_to_judge(part: str) -> None:
    text = (part * 2000)[:2000]
    started = process_time()
    is_personal(text)
    assert process_time() - started < 0.5
