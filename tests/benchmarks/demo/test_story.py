from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.demo.play import Played, Player
from benchmarks.demo.story import BAD_WEEK, CREATINE, DAYS, KNEE, NEW_SUBJECT, PERSONAL, REST, Story

BEGIN = datetime(2026, 2, 2, tzinfo=UTC)
STORY = Story(BEGIN, 240.0)
ASKED = {subject: [f"{subject} {number}?" for number in range(20)] for subject in (KNEE, CREATINE, PERSONAL, REST)}


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return list(Player(STORY, ASKED).turns())


def rate(turns: list[Played], outcome: str) -> float:
    return sum(turn.outcome == outcome for turn in turns) / len(turns)


@given(st.integers(0, DAYS * 24 - 1))
def test_shares_are_shares(hour: int) -> None:
    shares = STORY.shares(BEGIN + timedelta(hours=hour))
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) > 0


def test_equal_seeds_play_the_same(played: list[Played]) -> None:
    assert list(Player(STORY, ASKED).turns()) == played
    assert list(Player(STORY, ASKED, seed=8).turns()) != played


def test_the_day_has_a_season_and_the_number_of_questions_is_what_was_asked_for(played: list[Played]) -> None:
    hours = Counter(turn.at.hour for turn in played)
    assert hours[19] > 5 * hours[3]
    assert len(played) / DAYS == pytest.approx(240, rel=0.1)


def test_in_the_bad_week_knee_pain_is_disliked(played: list[Played]) -> None:
    def disliked(*, bad: bool) -> float:
        votes = [
            turn.vote
            for turn in played
            if turn.subject == KNEE and turn.vote and (BAD_WEEK[0] <= STORY.day(turn.at) < BAD_WEEK[1]) is bad
        ]
        return votes.count(-1) / len(votes)

    assert disliked(bad=True) > 0.5
    assert disliked(bad=False) < 0.25


def test_the_new_subject_brings_misses(played: list[Played]) -> None:
    before = [turn for turn in played if STORY.day(turn.at) < NEW_SUBJECT and turn.outcome != "bypass"]
    last = [turn for turn in played if STORY.day(turn.at) > DAYS - 7 and turn.outcome != "bypass"]
    assert rate(last, "miss") - rate(before, "miss") > 0.05


def test_what_is_personal_bypasses_the_cache(played: list[Played]) -> None:
    assert {turn.outcome for turn in played if turn.subject == PERSONAL} == {"bypass"}
