from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.knowledge.lexical import LexicalIndex

TEXTS = [
    "Squat. Sit down between your heels and stand up.",
    "Push-up. Lower the chest to the floor and press.",
    "Protein needs: protein builds muscle. How much protein do you need?",
    "Protein and sleep.",
]


def found(question: str, limit: int = 10) -> list[int]:
    return [position for position, _ in LexicalIndex(TEXTS).search(question, limit)]


@pytest.mark.parametrize(
    ("question", "positions"),
    [
        ("squats", [0]),
        ("SQUATTING heel", [0]),
        ("pressing on floors", [1]),
        ("muscles", [2]),
        ("sleeping", [3]),
        ("swimming", []),
        ("to the of it", []),
        ("a 5", []),
        ("?!", []),
        ("", []),
    ],
)
def test_texts_are_found_by_the_stems_of_their_words(question: str, positions: list[int]) -> None:
    assert found(question) == positions


def test_the_text_that_says_most_about_the_rarest_words_comes_first() -> None:
    assert found("protein for muscle") == [2, 3]
    assert found("protein and sleep") == [3, 2]


def test_no_more_is_found_than_asked_for() -> None:
    assert found("protein squat push", limit=2) == found("protein squat push")[:2]
    assert len(found("protein squat push", limit=2)) == 2


def test_an_empty_index_finds_nothing() -> None:
    assert LexicalIndex([]).search("protein", 10) == []


words = st.lists(st.sampled_from("squat lunge plank protein water the of and 10 kg".split()), max_size=6).map(" ".join)


@settings(deadline=None, max_examples=100)
@given(texts=st.lists(words, max_size=8), question=words, limit=st.integers(1, 10))
def test_results_are_distinct_texts_with_a_common_word_best_first(texts: list[str], question: str, limit: int) -> None:
    results = LexicalIndex(texts).search(question, limit)
    positions, scores = [position for position, _ in results], [score for _, score in results]
    telling = set(question.split()) - {"the", "of", "and"}
    sharing = {position for position, text in enumerate(texts) if telling & set(text.split())}
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert len(set(positions)) == len(positions) == min(limit, len(sharing))
    assert set(positions) <= sharing


@settings(deadline=None, max_examples=100)
@given(texts=st.lists(st.text(max_size=20), max_size=5), question=st.text(max_size=20))
def test_any_text_can_be_indexed_and_any_question_asked(texts: list[str], question: str) -> None:
    assert len(LexicalIndex(texts).search(question, 3)) <= min(3, len(texts))
