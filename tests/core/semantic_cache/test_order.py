from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.semantic_cache.order import _longest_fall, roles_exchanged


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
