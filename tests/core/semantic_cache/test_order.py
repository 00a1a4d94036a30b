from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.semantic_cache.order import _longest_fall, changed_places, exchanged, roles_exchanged


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Does the sun orbit the earth?", "Does the earth orbit the sun?"),
        ("Why do wolves chase deer?", "Why do deer chase wolves?"),
        ("May a bank refuse a customer?", "Can a customer refuse a bank?"),
        ("Who does the mayor appoint?", "Who appoints the mayor?"),
        ("What do droughts cause?", "What causes droughts?"),
    ],
)
def test_who_does_it_and_to_whom_it_is_done_are_not_exchanged(one: str, other: str) -> None:
    assert roles_exchanged(one, other)
    assert roles_exchanged(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Does the cat chase the mouse?", "Is the mouse chased by the cat?"),
        ("How do I split a string in Java?", "Java: how do I split a string?"),
        ("How do I save photos of a phone?", "How do I save a phone's photos?"),
        ("example of a regex for emails", "emails regex example"),
        ("Why do wolves chase deer?", "Why do wolves chase elk?"),
        ("", "Why?"),
    ],
)
def test_what_is_only_turned_round_agrees(one: str, other: str) -> None:
    assert roles_exchanged(one, other) is None
    assert roles_exchanged(other, one) is None


@given(st.lists(st.integers(0, 9), max_size=7, unique=True))
def test_the_longest_fall_is_that_of_all_subsequences(numbers: list[int]) -> None:
    falls = [
        size
        for size in range(len(numbers) + 1)
        for chosen in combinations(numbers, size)
        if all(one > other for one, other in pairwise(chosen))
    ]
    assert _longest_fall(numbers) == max(falls)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do I pour the acid into the water?", "Do I pour the water into the acid?"),
        ("What can butter do that oil cannot?", "What can oil do that butter cannot?"),
        ("Of squats and rows, squats first, how?", "Of squats and rows, rows first, how?"),
        ("Can I replace butter with oil?", "Can I replace oil with butter?"),
        ("How do I take set A out of set B?", "How do I take set B out of set A?"),
    ],
)
def test_words_that_changed_places_are_told_from_either_side(one: str, other: str) -> None:
    assert changed_places(one, other) == changed_places(other, one) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is rice or pasta better?", "Is pasta or rice better?"),
        ("push-ups and squats", "squats and push-ups"),
        ("How do I clean a pan?", "How do I wash a pan?"),
        ("How is it made?", "How it is made?"),
        ("Is rice good?", "Rice is good?"),
        ("Is it hard for beginners?", "For beginners, is it hard?"),
        ("", ""),
    ],
)
def test_what_may_stand_in_any_order_agrees(one: str, other: str) -> None:
    assert changed_places(one, other) is None
    assert changed_places(other, one) is None


@given(
    st.lists(st.sampled_from("a cat bites the dog over rice than before much many".split()), max_size=8), st.randoms()
)
def test_neither_comes_first_whatever_the_order(words: list[str], random: Random) -> None:
    others = random.sample(words, len(words))
    assert exchanged(words, others) == exchanged(others, words)
    one, other = " ".join(words), " ".join(others)
    assert roles_exchanged(one, other) == roles_exchanged(other, one)
    assert changed_places(one, other) == changed_places(other, one)
