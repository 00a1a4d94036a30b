"""When thumbs take an entry out of service, and when no number of them does."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.semantic_cache.opinions import (
    BURST,
    MANY_USERS,
    MOST_A_DAY,
    Ballot,
    Usual,
    badness,
    beta_cdf,
    influence,
    is_bad,
    soft_label,
)
from tests.core.semantic_cache.entries import NOW

HOUR = timedelta(hours=1)
USUAL = Usual(90, 10)
usual = st.builds(Usual, st.integers(0, 1000), st.integers(0, 1000))


def ballots(names: list[str], most: int = 30) -> st.SearchStrategy[list[Ballot]]:
    times = st.integers(0, 10_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
    one = st.builds(
        Ballot,
        st.sampled_from(names),
        st.sampled_from(["entry", "other"]),
        st.sampled_from([1, -1]),
        times,
        st.booleans(),
    )
    return st.lists(one, max_size=most)


def downs(count: int, apart: timedelta = HOUR, first: int = 0) -> list[Ballot]:
    return [Ballot(f"user {n}", "entry", -1, NOW + n * apart) for n in range(first, first + count)]


@given(ballots(["Ana", "Ben"], 60), usual)
def test_two_users_never_suffice_however_often_they_vote(votes: list[Ballot], usual: Usual) -> None:
    assert not is_bad("entry", votes, usual)


@given(st.integers(3, 40), usual)
def test_three_users_who_agree_and_come_by_themselves_suffice(count: int, usual: Usual) -> None:
    assert is_bad("entry", downs(count), usual)


@given(st.integers(0, MANY_USERS - 1), st.integers(0, 99), usual)
def test_a_burst_of_few_users_moves_nothing(count: int, seconds: int, usual: Usual) -> None:
    assert not is_bad("entry", downs(count, timedelta(seconds=seconds)), usual)


def test_a_burst_of_many_users_does_and_so_does_one_who_confirms_it_later() -> None:
    assert is_bad("entry", downs(MANY_USERS, timedelta()), USUAL)
    later = Ballot("late", "entry", -1, NOW + BURST + timedelta(seconds=1))
    assert is_bad("entry", [*downs(2, timedelta()), later], USUAL)


@given(ballots(["Ana", "Ben", "Cem", "Dov", "Eve"]), usual, st.randoms())
def test_the_order_in_which_votes_are_read_does_not_matter(
    votes: list[Ballot], usual: Usual, chance: random.Random
) -> None:
    shuffled = list(votes)
    chance.shuffle(shuffled)
    assert badness("entry", votes, usual) == badness("entry", shuffled, usual)
    assert is_bad("entry", votes, usual) == is_bad("entry", shuffled, usual)


@given(ballots(["Ana", "Ben", "Cem", "Dov"], 12), usual)
def test_only_the_latest_vote_of_a_user_on_an_entry_counts(votes: list[Ballot], usual: Usual) -> None:
    assume(len(votes) <= MOST_A_DAY)  # so that every vote counts in full
    latest = {(one.user, one.entry): one for one in sorted(votes, key=lambda one: (one.at, -one.thumb, one.elsewhere))}
    assert badness("entry", list(latest.values()), usual) == pytest.approx(badness("entry", votes, usual))


@given(ballots([f"user {n}" for n in range(8)], 40), usual, st.integers(0, 7))
def test_a_like_of_one_more_user_never_takes_an_entry_out_and_a_dislike_never_brings_it_back(
    votes: list[Ballot], usual: Usual, hours: int
) -> None:
    before = badness("entry", votes, usual)
    for thumb in (1, -1):
        after = badness("entry", [*votes, Ballot("new", "entry", thumb, NOW + hours * HOUR)], usual)
        assert after <= before + 1e-12 if thumb > 0 else after >= before - 1e-12


def test_likes_of_others_outweigh_three_dislikes() -> None:
    likes = [Ballot(f"fan {n}", "entry", 1, NOW) for n in range(4)]
    assert not is_bad("entry", downs(3) + likes, USUAL)


def test_who_votes_all_day_counts_little() -> None:
    busy = [Ballot(f"user {n}", f"other {k}", 1, NOW + k * timedelta(minutes=1)) for n in range(3) for k in range(60)]
    assert not is_bad("entry", downs(3) + busy, USUAL)
    week_before = [Ballot(one.user, one.entry, 1, one.at - timedelta(days=7)) for one in busy]
    assert is_bad("entry", downs(3) + week_before, USUAL)


def test_who_dislikes_everything_counts_little() -> None:
    grim = [Ballot(f"user {n}", f"other {k}", -1, NOW - timedelta(days=2 * k + 2)) for n in range(3) for k in range(30)]
    assert not is_bad("entry", downs(3) + grim, USUAL)
    assert is_bad("entry", downs(3) + [Ballot(one.user, one.entry, 1, one.at) for one in grim], USUAL)


def test_who_blames_the_choice_of_the_entry_blames_the_entry_less() -> None:
    blaming = [Ballot(one.user, one.entry, -1, one.at, elsewhere=True) for one in downs(3)]
    assert badness("entry", blaming, USUAL) < badness("entry", downs(3), USUAL)
    assert not is_bad("entry", blaming, USUAL)


@given(st.lists(st.integers(0, 47).map(lambda hour: NOW + hour * HOUR), max_size=60))
def test_all_votes_that_a_user_gives_in_one_day_together_weigh_no_more_than_the_cap(times: list[datetime]) -> None:
    day = [at for at in times if at < NOW + 24 * HOUR]
    assert sum(influence(at, times) for at in day) <= MOST_A_DAY + 1e-9


@given(st.floats(0, 1), st.sampled_from([1, -1]), st.booleans(), st.floats(0, 1))
def test_a_vote_moves_a_label_its_own_way_within_bounds(
    probability: float, thumb: int, off: bool, influence: float
) -> None:
    label = soft_label(probability, thumb, off, influence)
    assert probability <= label <= 1 if thumb > 0 else 0 <= label <= probability
    assert soft_label(probability, thumb, off, 0.0) == probability


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_beta_distribution_agrees_with_the_binomial_for_whole_numbers(a: int, b: int, x: float) -> None:
    n = a + b - 1
    tail = sum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_cdf(x, a, b) == pytest.approx(tail, abs=1e-12)


@given(st.floats(0.02, 300), st.floats(0.02, 300))
def test_the_beta_distribution_is_symmetric_and_rises(a: float, b: float) -> None:
    assert beta_cdf(0.3, a, b) + beta_cdf(0.7, b, a) == pytest.approx(1, abs=1e-9)
    points = [beta_cdf(x / 10, a, b) for x in range(1, 10)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(points))
