"""How surely a new topic among questions is found, and how often the natural wobble alone is taken for one.

    python -m benchmarks.question_drift --data stream.jsonl [--data another.jsonl] [--runs 200] [--classes 40]
                                        [--json]

A line of the data is {"q": question, "cls": class}. Each run draws 40 classes (or all there are), and two weeks of 500
questions, in which the weight of each class is its frequency times a gamma factor of the week (standard deviation:
`wobble`). One class is held out: the current week of a "new topic" run has it as `share` of its questions, and nothing
but that tells it from a quiet one. The rule is calibrated on six past weeks of the same run, as the product does it.
"found" asks for a topic that is at least half of the new class; "purity" is the new class's share of the best one's
current questions, "precision" the share of all topics shown that are of the new class.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.report import show
from core.adapters.onnx_embedder import OnnxEmbedder
from core.drift.questions import GrowthRule, compare
from core.drift.questions_growth import wobble_of
from core.ports import Vector

CLASSES, WEEK, PAST = 40, 500, 6
SHARES, WOBBLES = (0.0, 0.1), (0.0, 0.3)
Places = npt.NDArray[np.int64]


class Stream:
    """Questions with their classes, embedded once."""

    def __init__(self, path: Path, embedder: OnnxEmbedder) -> None:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        self.name = path.stem
        self.texts = [str(row["q"]) for row in rows]
        self.classes = np.array([str(row["cls"]) for row in rows])
        self.vectors: Vector = embedder.embed(self.texts)
        self.members = {name: np.flatnonzero(self.classes == name) for name in np.unique(self.classes)}

    def week(self, names: Sequence[str], size: int, wobble: float, random: np.random.Generator) -> Places:
        """Draw the places of the questions of a week."""
        weights = np.array([len(self.members[name]) for name in names], dtype=float)
        if wobble:
            weights *= random.gamma(wobble**-2, wobble**2, len(names))
        counts = random.multinomial(size, weights / weights.sum())
        return np.concatenate([self.some(name, count, random) for name, count in zip(names, counts, strict=True)])

    def some(self, name: str, count: int, random: np.random.Generator) -> Places:
        """Draw questions of a class, none twice while there are enough."""
        own = self.members[name]
        return np.asarray(random.choice(own, count, replace=count > len(own)), dtype=np.int64)


def run(
    stream: Stream, wobble: float, share: float, random: np.random.Generator, classes: int, fixed: float | None
) -> dict[str, Any]:
    """Return what one comparison found; no `share`, nothing new."""
    names = list(random.permutation(list(stream.members))[:classes])
    new, usual = names[0], names[1:]
    past = [stream.week(usual, WEEK, wobble, random) for _ in range(PAST)]
    amount = round(WEEK * share)
    current = np.concatenate([stream.week(usual, WEEK - amount, wobble, random), stream.some(new, amount, random)])
    started = time.process_time()
    estimate = wobble_of([stream.vectors[week] for week in past]) if fixed is None else fixed
    drift = compare(
        stream.vectors[past[-1]],
        stream.vectors[current],
        [stream.texts[place] for place in past[-1]],
        [stream.texts[place] for place in current],
        rule=replace(GrowthRule(), wobble=estimate),
    )
    spent = time.process_time() - started
    parts = [float((stream.classes[current[list(topic.members)]] == new).mean()) for topic in drift.grown]
    best = max(parts, default=0.0)
    return {
        "alarm": drift.drifted, "found": best >= 0.5, "purity": best, "topics": len(parts),
        "right": sum(part >= 0.5 for part in parts), "estimate": estimate, "seconds": spent,
    }  # fmt: skip


def cell(
    stream: Stream, wobble: float, share: float, runs: int, seed: int, classes: int, fixed: float | None
) -> dict[str, Any]:
    """Return one row of the table."""
    random = np.random.default_rng(seed)
    results = [run(stream, wobble, share, random, classes, fixed) for _ in range(runs)]
    found = [result for result in results if result["found"]]
    row = {
        "data": stream.name,
        "classes": min(classes, len(stream.members)),
        "wobble": wobble,
        "new share": share,
        "runs": runs,
        "alarms": sum(result["alarm"] for result in results) / runs,
        "found": len(found) / runs if share else None,
        "purity": float(np.mean([result["purity"] for result in found])) if found else None,
        "precision": sum(r["right"] for r in results) / max(1, sum(r["topics"] for r in results)) if share else None,
        "wobble estimated": float(np.mean([result["estimate"] for result in results])),
        "cpu s": float(np.mean([result["seconds"] for result in results])),
    }
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}
    print(rounded, file=sys.stderr, flush=True)  # a cell takes minutes
    return rounded


def measure(
    paths: Sequence[Path],
    runs: int,
    seed: int,
    *,
    shares: Sequence[float] = SHARES,
    wobbles: Sequence[float] = WOBBLES,
    classes: int = CLASSES,
    fixed: float | None = None,
) -> list[dict[str, Any]]:
    """Return a row for each file, share of a new topic and wobble of the mix."""
    embedder = OnnxEmbedder(workers=1)
    streams = [Stream(path, embedder) for path in paths]
    return [
        cell(stream, wobble, share, runs, seed, classes, fixed)
        for stream in streams
        for share in shares
        for wobble in wobbles
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="JSON Lines of q and cls")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--wobbles", type=float, nargs="+", default=WOBBLES)
    parser.add_argument("--classes", type=int, default=CLASSES, help="drawn in each run, at most")
    parser.add_argument("--fixed", type=float, help="take this wobble instead of calibrating")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    how = {name: getattr(given, name) for name in ("shares", "wobbles", "classes", "fixed")}
    rows = measure(given.data, given.runs, given.seed, **how)
    show("question drift", rows, {"seed": given.seed}, as_json=given.json)


if __name__ == "__main__":
    main()
