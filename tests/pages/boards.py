"""Boards for tests of what is drawn: believable figures, the same ones each time, without a database."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.monitoring.figures import Board, Choices, Figures, Freshness, Group, Latency, Series, Step
from core.monitoring.filters import Dimension, View

RELEASES = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb")
TOPICS = ("protein", "creatine", "squat", "sleep", "")
NEWEST = datetime(2026, 5, 6, 9, 12, tzinfo=UTC)


def figures(turns: int = 100, *, seed: int = 1, hit: float = 0.5, dislike: float = 0.1, votes: float = 0.2) -> Figures:
    """Return the figures of so many turns."""
    dice = random.Random(seed)
    shared = round(turns * 0.9)
    hits = sum(dice.random() < hit for _ in range(shared))
    voted = sum(dice.random() < votes for _ in range(turns))
    downs = sum(dice.random() < dislike for _ in range(voted))
    audited = hits // 5
    return Figures(
        hits=hits, misses=shared - hits, bypasses=turns - shared, errors=turns // 100, ups=voted - downs, downs=downs,
        audited=audited, false_hits=audited // 40, input_tokens=400 * (shared - hits), output_tokens=90 * shared,
        costed=turns, cost_usd=0.002 * (shared - hits), saved_usd=0.002 * hits,
        hit_latency=Latency(hits, 30.0, 24.0, 60.0, 95.0) if hits else Latency(),
        miss_latency=Latency(shared - hits, 900.0, 760.0, 2100.0, 4200.0) if shared > hits else Latency(),
        users=max(1, turns // 6) if turns else 0,
    )  # fmt: skip


def board(view: View, *, turns: int = 200, bad: Sequence[int] = (), seed: int = 1, votes: float = 0.2) -> Board:
    """Return the board of a view with so many turns in each step; the steps of `bad` are disliked and miss."""
    starts = view.starts()
    ends = [*starts[1:], view.end()]
    steps = tuple(
        Step(start, end, replace(
            figures(turns, seed=seed + place, hit=0.25 if place in bad else 0.5, votes=votes,
                    dislike=0.45 if place in bad else 0.1), users=None))
        for place, (start, end) in enumerate(zip(starts, ends, strict=True))
    )  # fmt: skip
    total = figures(turns * len(steps), seed=seed, votes=votes)
    heat = tuple(tuple(figures(hour * 3, seed=seed + hour, votes=votes) for hour in range(24)) for _ in range(7))
    groups = {
        Dimension.TOPIC: tuple(Group(topic, figures(300 - 50 * place, seed=place, hit=0.2 + 0.15 * place, votes=votes,
                                                    dislike=0.4 if topic == "creatine" else 0.1))
                               for place, topic in enumerate(TOPICS)),
        Dimension.RELEASE: tuple(Group(one, figures(500, seed=place)) for place, one in enumerate(RELEASES)),
        Dimension.CHANNEL: (Group("stable", figures(900)), Group("canary", figures(30))),
        Dimension.LANGUAGE: (Group("en", figures(930)),),
    }  # fmt: skip
    choices = Choices(RELEASES, ("canary", "stable"), TOPICS, language=("en",))
    return Board(Series(steps, total), None, heat, groups, choices, Freshness(NEWEST, NEWEST, 0, 0.0))


def empty(view: View, *, newest: datetime | None = None) -> Board:
    """Return the board of a view in which nothing happened."""
    one = board(view, turns=0)
    nothing = tuple(tuple(Figures() for _ in range(24)) for _ in range(7))
    return Board(one.series, None, nothing, {}, one.choices, Freshness(newest, newest, 0, 0.0))
