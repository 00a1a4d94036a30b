from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.knowledge.retrieval import MEANING, NAMED, Scores, fuse

ids = st.sampled_from("abcdefgh")
similarities = st.dictionaries(ids, st.floats(-0.99, 1), max_size=8)
lexicals = st.dictionaries(ids, st.floats(0.001, 50), max_size=8)
often = settings(deadline=None, max_examples=300)


def ordered(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda identity: (-scores[identity], identity))


def test_meaning_and_words_are_weighed() -> None:
    fused = fuse({"a": 1.0, "b": 0.0}, {"b": 8.0, "a": 2.0}, meaning=0.8)
    assert fused == pytest.approx({"a": 0.8 + 0.2 * 0.25, "b": 0.8 * 0.5 + 0.2})


def test_what_meaning_did_not_find_is_as_near_as_the_farthest_that_it_found() -> None:
    fused = fuse({"a": 0.6, "b": 0.2}, {"c": 5.0, "b": 5.0})
    assert fused["c"] == fused["b"]


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse({}, {}) == {}


@often
@given(similarities, lexicals)
def test_all_that_was_found_and_nothing_else_has_a_score_from_0_to_1(
    similarity: dict[str, float], lexical: dict[str, float]
) -> None:
    fused = fuse(similarity, lexical)
    assert set(fused) == set(similarity) | set(lexical)
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


@often
@given(similarities, lexicals)
def test_one_way_of_looking_alone_keeps_its_order(similarity: dict[str, float], lexical: dict[str, float]) -> None:
    for alone, fused in ((similarity, fuse(similarity, {})), (lexical, fuse({}, lexical))):
        falling = [fused[identity] for identity in ordered(alone)]
        assert falling == sorted(falling, reverse=True)


@often
@given(similarities, lexicals, st.sampled_from([0.0, 0.3, MEANING, 1.0]))
def test_what_is_not_behind_in_either_way_is_not_behind_in_both(
    similarity: dict[str, float], lexical: dict[str, float], meaning: float
) -> None:
    fused, farthest = fuse(similarity, lexical, meaning), min(similarity.values(), default=0)
    standing = {i: (similarity.get(i, farthest), lexical.get(i, 0.0)) for i in fused}
    for one, (near, words) in standing.items():
        for other, (nearer, more) in standing.items():
            if nearer >= near and more >= words:
                assert fused[other] >= fused[one] - 1e-12


@often
@given(similarities, lexicals, st.floats(0.01, 100))
def test_the_scale_of_the_word_scores_does_not_matter(
    similarity: dict[str, float], lexical: dict[str, float], scale: float
) -> None:
    scaled = fuse(similarity, {identity: score * scale for identity, score in lexical.items()})
    assert scaled == pytest.approx(fuse(similarity, lexical))


@often
@given(similarities, lexicals, st.dictionaries(ids, st.floats(0, 1)))
def test_a_named_exercise_gains_and_nothing_else_changes(
    similarity: dict[str, float], lexical: dict[str, float], named: dict[str, float]
) -> None:
    plainly, fused = Scores(similarity, lexical, {}).fused, Scores(similarity, lexical, named).fused
    gains = {identity: score - plainly[identity] for identity, score in fused.items()}
    assert gains == pytest.approx({identity: NAMED * named.get(identity, 0.0) for identity in plainly}, abs=1e-9)


@often
@given(lexicals)
def test_without_vectors_words_decide(lexical: dict[str, float]) -> None:
    assert Scores(None, lexical, {}).fused == fuse({}, lexical)
