"""Names in texts: found whole, in any spelling, the longest first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import Names, plain

NAMES = Names({"push-up": "push-up", "wall push-up": "wall push-up", "back": "back", "lower back": "lower back"})
quickly = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize("text", ["push-up", "Push ups", "PUSHUPS", "pushup", "push–up", "ｐush up"])
def test_a_compound_is_one_name_however_it_is_written(text: str) -> None:
    assert plain(text) == " push up "


@pytest.mark.parametrize(
    ("solid", "apart"),
    [
        ("lat pulldowns", "lat pull-down"),
        ("a warmup", "a warm up"),
        ("workouts", "work outs"),
        ("Kettlebell", "kettle bell"),
        ("deadlifts", "dead lift"),
        ("rollout", "roll-out"),
    ],
)
def test_names_in_one_word_and_in_two_are_read_alike(solid: str, apart: str) -> None:
    assert plain(solid) == plain(apart)


@pytest.mark.parametrize("word", ["group", "soup", "ketchup", "bellows", "about", "discover", "warmth", "download"])
def test_other_words_are_not_taken_apart(word: str) -> None:
    assert len(plain(word).split()) == 1


@quickly
@given(st.text(max_size=60))
def test_any_text_becomes_words_between_single_spaces(text: str) -> None:
    read = plain(text)
    assert read == f" {' '.join(read.split())} "


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Are wall pushups easier?", {"wall push-up"}),
        ("Wall push-ups or push-ups?", {"wall push-up", "push-up"}),
        ("Push-ups, push-ups, push-ups", {"push-up"}),
        ("wall push up wall push up wall push up", {"wall push-up"}),
        ("My lower back and my back", {"lower back", "back"}),
        ("backpack, push, uphill", set()),
        ("", set()),
    ],
)
def test_the_longest_name_is_found_and_only_whole_ones(text: str, found: set[str]) -> None:
    assert NAMES.within(plain(text)) == found


def test_several_names_may_stand_for_one_thing() -> None:
    names = Names({"calf": "calf", "calves": "calf", "lower leg": "calf"})
    assert names.within(plain("Calves, calf, lower legs")) == {"calf"}


@quickly
@given(st.lists(st.sampled_from(["push", "up", "wall", "lower", "back", "run"]), max_size=12))
def test_no_name_is_left_where_names_were_taken_out(words: list[str]) -> None:
    found, rest = NAMES.apart(plain(" ".join(words)))
    assert NAMES.within(rest) == set()
    assert found == NAMES.within(plain(" ".join(words)))
    assert rest.count("run") == words.count("run")
