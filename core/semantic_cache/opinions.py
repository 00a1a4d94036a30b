"""Thumbs as noisy labels: what they say of a decision, and when they take an entry out of service. Pure.

Of an entry's dislike rate the posterior is beta-binomial, from a prior that all entries of the tenant share (empirical
Bayes: Robbins, 1956; Gelman et al., "Bayesian Data Analysis", 2013, section 5.1). Users are raters of unequal worth
(Dawid and Skene, 1979), of whom one pass over their own rates is enough here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, lgamma, log

LIKED, OFF_QUESTION, DISLIKED = 0.5, 1.0, 0.1
"""How far a vote moves a decision's label: a like toward 1, a dislike toward 0. That the answer was to another question
is about the decision; other dislikes are about the answer."""
ELSEWHERE = 0.5
"""What a dislike counts against the entry that blames the choice of it."""
STRENGTH = 0.5
"""Votes that the prior is worth: entries are good or bad rather than in between, so that it is a weak one."""
LEAST_USUAL, MOST_USUAL = 0.05, 0.3
BAD_RATE = 0.5
SURE = 0.95
FEWEST_USERS = 3
MANY_USERS = 6
"""Users who may quarantine an entry in one burst; of fewer some must come to it later by themselves."""
BURST = timedelta(minutes=10)
MOST_A_DAY = 5
"""Votes of one user in a day that count in full; more share that weight."""
DAY = timedelta(days=1)
PATIENCE = 4
"""Votes that a user's own dislike rate is taken to rest on before the first."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote on a turn that an entry answered; ``thumb`` is 1 or -1.

    ``elsewhere`` says that it blames the choice of the entry, not the entry: the answer was to another question.
    """

    user: str
    entry: str
    thumb: int
    at: datetime
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """Likes and dislikes of the tenant's other entries."""

    liked: int = 0
    disliked: int = 0

    @property
    def rate(self) -> float:
        """The dislike rate to expect of an entry, in [0.05, 0.3]; 0.1 where nothing is known."""
        rate = (self.disliked + 1) / (self.liked + self.disliked + 10)
        return min(max(rate, LEAST_USUAL), MOST_USUAL)


def soft_label(probability: float, thumb: int, off_question: bool, influence: float) -> float:
    """Return what a vote makes of the probability that an entry answers a question, in [0, 1].

    >>> soft_label(0.9, 1, False, 1.0), soft_label(0.9, -1, True, 1.0), round(soft_label(0.9, -1, False, 1.0), 2)
    (0.95, 0.0, 0.81)
    """
    weight = LIKED if thumb > 0 else OFF_QUESTION if off_question else DISLIKED
    return probability + weight * influence * ((1.0 if thumb > 0 else 0.0) - probability)


def influence(at: datetime, all_at: Collection[datetime]) -> float:
    """Return how much a vote at this time counts, in (0, 1], among the times of all votes of its user."""
    near = sum(abs(other - at) < DAY for other in all_at)
    return min(1.0, MOST_A_DAY / max(near, 1))


def is_bad(entry: str, ballots: Collection[Ballot], usual: Usual) -> bool:
    """Say whether an entry is to be out of service.

    Each user counts once an entry, by the latest vote, and less with many votes in a day or with dislikes for nearly
    everything. So two users never suffice, however often they vote; the order of votes does not matter; and a burst
    needs six users.

    Parameters
    ----------
    ballots : collection of Ballot
        All votes of all who voted on the entry, on other entries too.
    """
    downs = [ballot for (_, on), ballot in counted(ballots).items() if on == entry and ballot.thumb < 0]
    if len(downs) < FEWEST_USERS or not _independent(downs):
        return False
    return badness(entry, ballots, usual) >= SURE


def badness(entry: str, ballots: Collection[Ballot], usual: Usual) -> float:
    """Return the posterior probability that more than half of all users would dislike an entry."""
    against, favour = STRENGTH * usual.rate, STRENGTH * (1 - usual.rate)
    times: dict[str, list[datetime]] = {}
    for ballot in ballots:
        times.setdefault(ballot.user, []).append(ballot.at)
    others: dict[str, list[int]] = {}
    latest = counted(ballots)
    for (user, on), ballot in latest.items():
        if on != entry:
            others.setdefault(user, []).append(ballot.thumb)
    for user in sorted(times):  # in one order, so that the sums are the same to the last digit
        if (own := latest.get((user, entry))) is None:
            continue
        weight = influence(own.at, times[user])
        if own.thumb > 0:
            favour += weight
        else:
            against += weight * credibility(others.get(user, []), usual.rate) * (ELSEWHERE if own.elsewhere else 1.0)
    return 1 - beta_cdf(BAD_RATE, against, favour)


def counted(ballots: Collection[Ballot]) -> dict[tuple[str, str], Ballot]:
    """Return the vote that counts of each user on each entry: the latest, of two at once the dislike."""
    kept: dict[tuple[str, str], Ballot] = {}
    for ballot in sorted(ballots, key=lambda one: (one.at, -one.thumb, one.elsewhere)):
        kept[ballot.user, ballot.entry] = ballot
    return kept


def credibility(thumbs: Sequence[int], usual: float) -> float:
    """Return what a dislike of a user is worth who gave these thumbs to other entries, in [0, 1].

    >>> credibility([], 0.1), round(credibility([-1] * 36, 0.1), 2)
    (1.0, 0.1)
    """
    rate = (sum(thumb < 0 for thumb in thumbs) + PATIENCE * usual) / (len(thumbs) + PATIENCE)
    return min(1.0, (1 - rate) / (1 - usual))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the cumulative distribution function of Beta(a, b), for x in (0, 1) and positive a, b.

    The series of DLMF 8.17.8, of which every term is positive; see https://dlmf.nist.gov/8.17.E8.

    >>> round(beta_cdf(0.5, 2, 2), 6), round(beta_cdf(0.25, 1, 3), 6)
    (0.5, 0.578125)
    """
    total, term, n = 1.0, 1.0, 0
    while term > total * 1e-15:
        term *= x * (a + b + n) / (a + 1 + n)
        total += term
        n += 1
    front = a * log(x) + b * log(1 - x) - log(a) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return min(1.0, exp(front + log(total)))


def _independent(downs: Sequence[Ballot]) -> bool:
    times = sorted(down.at for down in downs)
    return len(downs) >= MANY_USERS or any(later - earlier > BURST for earlier, later in pairwise(times))
