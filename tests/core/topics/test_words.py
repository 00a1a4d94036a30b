from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.topics.words import MOST_WORDS, class_words, topic_name

KNEES = ["Why does my knee hurt in a squat?", "Knee pain after squats", "Are squats bad for a sore knee?"]
DRINKS = ["How much water should I drink?", "Is drinking water in training useful?", "Water or juice to drink?"]


def test_each_group_is_told_by_its_own_words() -> None:
    words = class_words(KNEES + DRINKS, [0] * 3 + [1] * 3)
    assert set(words[0][:2]) == {"knee", "squats"}
    assert set(words[1][:2]) == {"drink", "water"}
    assert not any("water" in word for word in words[0])


def test_a_pair_stands_for_its_words_where_it_is_most_of_them() -> None:
    words = class_words(["runners knee pain", "knee pain at night", "a knee pain in rain"], [0, 0, 0])
    assert words[0][0] == "knee pain"
    assert "knee" not in words[0]
    assert "pain" not in words[0]


def test_the_word_of_one_user_is_not_shown() -> None:
    texts = [*KNEES, "Squats after my hernia surgery", "hernia surgery and squats", "hernia surgery, knee, squats"]
    users = ["a", "b", "c", "d", "d", "d"]
    shown = class_words(texts, [0] * 6, users, least_users=3)[0]
    assert "knee" in shown
    assert not any("hernia" in word or "surgery" in word for word in shown)
    assert any("hernia" in word for word in class_words(texts, [0] * 6, users)[0])


def test_a_group_below_zero_is_only_compared_with() -> None:
    assert set(class_words(KNEES + DRINKS, [0] * 3 + [-1] * 3)) == {0}


@given(st.lists(st.tuples(st.text(max_size=40), st.integers(0, 3), st.sampled_from("abcd")), max_size=25))
def test_any_text_gives_words_that_enough_users_said(rows: list[tuple[str, int, str]]) -> None:
    texts, groups, users = [list(part) for part in zip(*rows, strict=True)] or [[], [], []]
    for group, words in class_words(texts, groups, users, least_users=2).items():
        assert len(words) <= MOST_WORDS
        assert len({one for one, other in zip(users, groups, strict=True) if other == group}) >= 2 or not words


@given(st.lists(st.lists(st.sampled_from(["squat", "knee", "water"]), max_size=3), max_size=8))
def test_no_two_topics_have_one_name(groups: list[list[str]]) -> None:
    names: list[str] = []
    for words in groups:
        names.append(topic_name(words, names))
    assert len(set(names)) == len(names)
    assert all(names)
