"""What follows from a label, over every case."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.semantic_cache.consequences import consequences, too_many
from core.semantic_cache.model import Kind, Standing

FLAGS = ("served", "stranger", "read", "foldable")
CASES = [
    (standing, dict(zip(FLAGS, values, strict=True)))
    for standing, values in product(Standing, product([False, True], repeat=len(FLAGS)))
]


@pytest.mark.parametrize(("standing", "flags"), CASES)
def test_nothing_follows_from_what_is_not_sure(standing: Standing, flags: dict[str, bool]) -> None:
    found = consequences(0.5, standing=standing, **flags)
    assert (found.kind, found.share, found.fold, found.false_hit) == (None, False, False, False)


@pytest.mark.parametrize(("standing", "flags"), CASES)
def test_a_question_that_is_not_answered_becomes_a_negative_example_and_of_a_hit_a_false_one(
    standing: Standing, flags: dict[str, bool]
) -> None:
    found = consequences(0.02, standing=standing, **flags)
    assert (found.kind, found.share, found.fold) == (Kind.NEGATIVE, False, False)
    assert found.false_hit is flags["served"]


@pytest.mark.parametrize(("standing", "flags"), CASES)
def test_a_question_that_is_answered_becomes_an_alias_of_an_entry_in_service(
    standing: Standing, flags: dict[str, bool]
) -> None:
    found = consequences(0.98, standing=standing, **flags)
    in_service = standing in (Standing.PENDING, Standing.SHARED)
    assert found.kind == (Kind.ALIAS if in_service else None)
    assert found.share is (standing == Standing.PENDING and flags["stranger"] and flags["read"])
    assert not found.false_hit
    assert not found.fold or (flags["foldable"] and (found.share or standing == Standing.SHARED))


@given(st.lists(st.tuples(st.just("Ana"), st.text(max_size=3)) | st.tuples(st.text(max_size=3), st.just("q"))))
def test_false_hits_of_one_user_or_of_one_question_are_one(hits: list[tuple[str, str]]) -> None:
    users, questions = {user for user, _ in hits}, {question for _, question in hits}
    if len(users) == 1 or len(questions) == 1:
        assert not too_many(hits)
    assert too_many([("Ana", "one"), ("Ben", "two")])
