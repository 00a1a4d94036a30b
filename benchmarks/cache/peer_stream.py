"""The stream of :mod:`benchmarks.cache.stream`, in the same orders, asked of another cache."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from tqdm import tqdm

from benchmarks.cache.peers import Peer


def peer_stream(
    rows: Sequence[Mapping[str, Any]], cache: Peer, *, shuffles: int, seed: int = 0
) -> dict[str, float | int]:
    """Return the figures over `shuffles` orders of the rows, each with ``q`` and ``cls``.

    What misses is admitted with its class as the answer. These caches ask no judge. A question that occurs twice with
    different classes keeps the first.
    """
    classes: dict[str, str] = {}
    for row in rows:
        classes.setdefault(str(row["q"]), str(row["cls"]))
    questions = [str(row["q"]) for row in rows]
    runs = [_run(questions, classes, cache, seed + number)
            for number in tqdm(range(shuffles), desc=cache.name, leave=False)]  # fmt: skip
    hits, errors = zip(*runs, strict=True)
    return {
        "requests": len(rows),
        "shuffles": shuffles,
        "hit_rate": mean(hits),
        "error_rate": mean(errors),
        "hit_rate_worst": min(hits),
        "error_rate_worst": max(errors),
        "judge_calls_per_request": 0.0,
    }


def _run(questions: Sequence[str], classes: Mapping[str, str], cache: Peer, seed: int) -> tuple[float, float]:
    order = list(questions)
    random.Random(seed).shuffle(order)
    cache.clear()
    hits = errors = 0
    for question in order:
        answer = cache.lookup(question)
        if answer is None:
            cache.admit(question, classes[question])
        else:
            hits += 1
            errors += answer != classes[question]
    return hits / len(order), errors / len(order)
