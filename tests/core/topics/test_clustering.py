from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.topics.clustering import k_means, matching, nearest_texts, unit_rows
from tests.core.topics.islands import Islands, questions_on


def texts_on(*islands: str) -> list[str]:
    return [text for island in islands for text, _ in questions_on(island, 20)]


def test_islands_are_found() -> None:
    labels, centres = k_means(Islands().embed(texts_on("knee", "water", "sleep")), 3)
    assert [len(set(labels[start : start + 20])) for start in (0, 20, 40)] == [1, 1, 1]
    assert np.allclose(np.linalg.norm(centres, axis=1), 1, atol=1e-5)


def test_a_grouping_begins_with_the_one_before() -> None:
    before = Islands().embed(texts_on("knee", "water"))
    _, known = k_means(before, 2)
    labels, centres = k_means(Islands().embed(texts_on("knee", "water", "sleep")), 3, begin=known)
    assert np.all(np.diag(centres[:2] @ known.T) > 0.99), "what was there keeps its place"
    assert set(labels[40:]) == {2}


def test_no_more_groups_than_vectors() -> None:
    labels, centres = k_means(Islands().embed(["knee a", "water b"]), 9)
    assert len(centres) == 2
    assert len(labels) == 2


def test_equal_vectors_can_be_grouped() -> None:
    vectors = Islands().embed(["knee a"] * 5)
    labels, centres = k_means(vectors, 2, begin=vectors[:1])
    assert (len(labels), len(centres)) == (5, 1)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 99), st.floats(0.0, 0.95))
def test_a_match_is_one_to_one_and_near(new: int, known: int, seed: int, least: float) -> None:
    random = np.random.default_rng(seed)
    one, other = (unit_rows(random.normal(size=(count, 4))) for count in (new, known))
    pairs = matching(one, other, least)
    assert len(set(pairs.values())) == len(pairs)
    assert all(one[left] @ other[right] >= least for left, right in pairs.items())
    if new and known and (one @ other.T).max() >= least:
        assert pairs, "where a pair is near enough, one is found"


def test_the_typical_texts_differ_and_are_near() -> None:
    texts = ["Knee pain?", "knee pain", "knee hurts", "water"]
    vectors = unit_rows(np.array([[1.0, 0.0], [1.0, 0.01], [1.0, 0.2], [0.0, 1.0]]))
    assert nearest_texts(texts, vectors, vectors[0], 2) == ("Knee pain?", "knee hurts")
