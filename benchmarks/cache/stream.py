"""A stream of questions from strangers: hits, false hits and verdicts, with labels that only the judge sees."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from tqdm import tqdm

from benchmarks.cache.parts import TENANT, Bench, Models, somebody
from core.semantic_cache.judge import Verdict
from core.semantic_cache.judging import Judging
from core.semantic_cache.model import Hit, Scope, answer_key

SCOPE = Scope(TENANT, "stream", "en")
RECONCILED_EVERY = 10
"""Requests; the scheduler does so every minute."""


@dataclass
class Oracle:
    """A judge that knows each question's class, and errs as often as it is told to.

    The cache is told a reliability as for any judge, not the true one.
    """

    classes: Mapping[str, str]
    accuracy: float
    chance: random.Random
    name: str = "oracle"
    reliability: float = 0.95
    paid: bool = False
    calls: int = field(default=0)

    def judge(self, asked: str, known: str, answer: str) -> Verdict:
        """Say whether an answer, which names its class, is that of the question."""
        self.calls += 1
        right = self.classes[asked] == answer
        return Verdict(right if self.chance.random() < self.accuracy else not right, "by label", 0)


def stream(
    rows: Sequence[Mapping[str, Any]], models: Models, *, shuffles: int, judge_accuracy: float, seed: int = 0
) -> dict[str, Any]:
    """Return the figures over `shuffles` orders of the rows, each with ``q`` and ``cls``.

    A question that occurs twice with different classes keeps the first.
    """
    classes: dict[str, str] = {}
    for row in rows:
        classes.setdefault(str(row["q"]), str(row["cls"]))
    runs = [_run(list(map(str, (row["q"] for row in rows))), classes, models, judge_accuracy, seed + number)
            for number in tqdm(range(shuffles), desc="shuffles", leave=False)]  # fmt: skip
    hits, errors, calls = zip(*runs, strict=True)
    return {
        "requests": len(rows),
        "shuffles": shuffles,
        "hit_rate": mean(hits),
        "error_rate": mean(errors),
        "hit_rate_worst": min(hits),
        "error_rate_worst": max(errors),
        "judge_calls_per_request": mean(calls),
    }


def _run(
    questions: list[str], classes: Mapping[str, str], models: Models, accuracy: float, seed: int
) -> tuple[float, float, float]:
    chance = random.Random(seed)
    chance.shuffle(questions)
    oracle = Oracle(classes, accuracy, chance)
    hits = errors = 0
    with models.bench() as bench:
        judging = Judging(bench.database, bench.clock, oracle, bench.policy)
        for number, question in enumerate(questions):
            answer = _ask(bench, question, classes[question], f"turn-{number}", somebody(f"user-{number}").id)
            hits += answer is not None
            errors += answer is not None and answer != classes[question]
            judging.run()
            if number % RECONCILED_EVERY == 0:
                bench.cache.reconcile()
    return hits / len(questions), errors / len(questions), oracle.calls / len(questions)


def _ask(bench: Bench, question: str, truth: str, turn: str, user: str) -> str | None:
    """Ask as a turn does; return the cached answer, or None after a fresh one was made.

    A fresh answer is not admitted where a judge that errs has put the same words out of service.
    """
    actor, cache = somebody(user), bench.cache
    looked = cache.lookup(SCOPE, question, actor)
    made = None if isinstance(looked, Hit) else _admit(bench, question, truth)
    with bench.database.begin() as session:
        cache.keep(session, SCOPE, actor, looked, turn, made=made)
    cache.learned(SCOPE)
    return looked.answer if isinstance(looked, Hit) else None


def _admit(bench: Bench, question: str, truth: str) -> str | None:
    vector, by = bench.embedder.embed([question])[0], somebody("first")
    return bench.cache.admit(SCOPE, question, vector, truth, [], key=answer_key(truth), by=by, vouched=True)
