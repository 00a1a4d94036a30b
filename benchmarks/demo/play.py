"""Plays the story: who asks what when, and what becomes of it. Values only; :mod:`benchmarks.demo.rows` makes rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.demo.story import DAYS, PERSONAL, REST, Story

PEOPLE = 320
VOTES = 0.16
"""Share of the turns that get a thumb."""
AUDITED = 0.15
GOES_ON = 0.45
"""Chance that a visit has one more question."""


@dataclass(frozen=True, slots=True)
class Played:
    """A turn as the story has it; ``wrong`` says that a hit gave another question's answer, ``vote`` is -1, 0 or 1."""

    at: datetime
    visit: int
    person: int
    subject: str
    question: str
    outcome: str
    semantic: bool
    wrong: bool
    audited: bool
    vote: int
    failed: bool
    ms: float


class Player:
    """Draws turns from the story; equal seeds give equal turns."""

    def __init__(self, story: Story, questions: Mapping[str, Sequence[str]], seed: int = 7) -> None:
        self._story = story
        self._rng = random.Random(seed)
        self._questions = questions
        self._weights = {
            subject: [1 / (place + 3) for place in range(len(asked))] for subject, asked in questions.items()
        }
        self._people = [1 / (place + 8) for place in range(PEOPLE)]
        self._visits = 0

    def turns(self) -> Iterator[Played]:
        """Yield all turns; visits begin in order of time."""
        for number in range(DAYS * 24):
            hour = self._story.begin + timedelta(hours=number)
            visits = self._poisson(self._story.expected(hour) * (1 - GOES_ON))
            for at in sorted(hour + timedelta(hours=self._rng.random()) for _ in range(visits)):
                yield from self._visit(at)

    def _visit(self, at: datetime) -> Iterator[Played]:
        self._visits += 1
        person = self._rng.choices(range(PEOPLE), self._people)[0]
        shares = self._story.shares(at)
        subject = self._rng.choices(list(shares), list(shares.values()))[0]
        while True:
            yield self._turn(at, person, subject)
            if self._rng.random() >= GOES_ON:
                return
            at += timedelta(seconds=self._rng.uniform(20, 240))
            subject = subject if self._rng.random() < 0.6 else REST

    def _turn(self, at: datetime, person: int, subject: str) -> Played:
        rng, chances = self._rng, self._story.chances(at, subject)
        question = rng.choices(self._questions[subject], self._weights[subject])[0]
        outcome = "bypass" if subject == PERSONAL else "miss" if rng.random() < chances.miss else "hit"
        semantic = outcome == "hit" and rng.random() < 0.55
        wrong = semantic and rng.random() < chances.wrong / 0.55
        dislike = 0.85 if wrong else chances.dislike
        vote = 0 if rng.random() >= VOTES else -1 if rng.random() < dislike else 1
        ms = rng.lognormvariate(2.0, 0.35) if outcome == "hit" else rng.lognormvariate(7.35, 0.4)
        audited = semantic and rng.random() < AUDITED
        failed = outcome != "hit" and rng.random() < 0.006
        return Played(
            at, self._visits, person, subject, question, outcome, semantic, wrong, audited, 0 if failed else vote,
            failed, ms,
        )  # fmt: skip

    def _poisson(self, mean: float) -> int:
        """Draw a Poisson number by counting exponential steps."""
        count, left = 0, self._rng.expovariate(1.0)
        while left < mean:
            count, left = count + 1, left + self._rng.expovariate(1.0)
        return count
