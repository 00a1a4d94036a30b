from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import content_words, is_number, normalise, quantities, stem, storable, tokens, unit

quickly = settings(deadline=None, max_examples=200)
ANY_TEXT = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Eat 1.5 g, or 1,5g!", ["eat", "1.5", "g", "or", "1.5", "g"]),
        ("1,500 kcal and 1,234,567 steps", ["1500", "kcal", "and", "1234567", "steps"]),
        ("0,500 l of 12,50 and 1,2345", ["0.500", "l", "of", "12.50", "and", "1.2345"]),
        ("8-12 reps at -5 °C or −3°C", ["8", "12", "reps", "at", "-5", "°c", "or", "-3", "°c"]),
        ("push-ups, sugar-free", ["push", "ups", "sugar", "free"]),
        ("Twenty, thirty or a dozen; half", ["20", "30", "or", "a", "12", "0.5"]),
        ("twice as single, double", ["2", "as", "1", "2"]),
        ("the trainer’s 50% of ５ kg", ["the", "trainer's", "50", "%", "of", "5", "kg"]),
        ("", []),
    ],
)
def test_text_becomes_words_numbers_and_signs(text: str, wanted: list[str]) -> None:
    assert tokens(text) == wanted


@pytest.mark.parametrize("word", ["don't", "DON’T", "dont", "shouldnt", "isn't", "cant", "won't", "wont", "ain't"])
def test_each_way_to_write_a_contraction_says_not(word: str) -> None:
    assert tokens(f"I {word} run") == ["i", "not", "run"]


@pytest.mark.parametrize("word", ["want", "plant", "cannot", "pant", "went", "front", "not", "content", "important"])
def test_words_that_only_end_like_a_contraction_stay(word: str) -> None:
    assert tokens(word) == [word]


@quickly
@given(ANY_TEXT)
def test_any_text_can_be_read(text: str) -> None:
    words = tokens(text)
    assert all(words)
    assert all(float(word) is not None for word in words if is_number(word))
    assert len(list(quantities(words))) == sum(map(is_number, words))
    assert content_words(text) <= content_words(f"{text} protein")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3 sets of 10 reps", [("10", "rep"), ("3", "set")]),
        ("8 to 12 repetitions", [("12", "rep"), ("8", "rep")]),
        ("8-12 reps and 2 or 3 min", [("12", "rep"), ("2", "min"), ("3", "min"), ("8", "rep")]),
        ("2.0 kilos, 2 kg", [("2", "kg"), ("2", "kg")]),
        ("5k in twenty minutes", [("20", "min"), ("5", "km")]),
        ("5 km per 30 days", [("30", "day"), ("5", "km")]),
        ("100 %", [("100", "%")]),
        ("5 times a week", [("5", "")]),
        ("grams of protein", []),
    ],
)
def test_a_number_has_the_unit_that_follows_it(text: str, wanted: list[tuple[str, str]]) -> None:
    assert sorted(quantities(tokens(text))) == wanted


@quickly
@given(st.integers(-(10**9), 10**9), st.sampled_from(["g", "kg", "minutes", "%"]))
def test_a_number_is_the_same_with_and_without_commas(number: int, name: str) -> None:
    assert list(quantities(tokens(f"is {number:,} {name}"))) == [(str(number), unit(name))]


@quickly
@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_two_numbers_are_never_one(one: float, other: float) -> None:
    same = list(quantities(tokens(f"{one} kg"))) == list(quantities(tokens(f"{other} kg")))
    assert same is (one == other)


@pytest.mark.parametrize(("word", "name"), [("grams", "g"), ("lbs", "lb"), ("daily", "day"), ("%", "%"), ("run", None)])
def test_a_unit_goes_by_one_name(word: str, name: str | None) -> None:
    assert unit(word) == name


def test_content_is_what_is_left_of_numbers_and_small_words() -> None:
    assert content_words("How many grams of protein should I eat in 2 days?") == {"g", "protein", "eat", "day"}
    assert content_words("What are the 3 of it?") == frozenset()
    assert content_words("Running runners ran") == {"run", "runner", "ran"}


def test_stems_are_the_same_in_every_thread() -> None:
    words = ["running", "exercises", "stretching", "calories"] * 50
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: stem(words), range(32)))
    assert found == [stem(words)] * 32


@pytest.mark.parametrize("same", ["How do I rest", " how  do\ti rest?! ", "HOW DO I REST...", "Ｈｏｗ do I rest;"])
def test_a_question_is_read_without_what_cannot_change_its_answer(same: str) -> None:
    assert normalise(same) == "how do i rest"


def test_what_is_inside_a_question_stays() -> None:
    assert normalise("Is 1.5 g, or 2 g, best?") == "is 1.5 g, or 2 g, best"


@quickly
@given(st.text(st.sampled_from("abC .?!,;:\n’'１ß"), max_size=30))
def test_reading_a_question_twice_changes_nothing(question: str) -> None:
    assert normalise(normalise(question)) == normalise(question)
    assert normalise(f" {question.upper()}??") == normalise(question)


@quickly
@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_every_text_can_be_stored_and_a_sound_one_as_it_is(text: str) -> None:
    stored = storable(text)
    assert stored.encode("utf-8").decode() == stored
    assert len(stored) == len(text)
    sound = not any("\ud800" <= character <= "\udfff" for character in text)
    assert (stored == text) is sound
