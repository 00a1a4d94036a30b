"""Does retrieval find the right document? Dense, BM25 and fused side by side on questions with known documents.

    python -m benchmarks.retrieval [--data questions.csv|.jsonl] [--json]

The data have the columns `question` and `document` (an id such as `exercise/push-up`; several separated by `|`).
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.report import show
from core.bootstrap import build_services
from core.monitoring.model import Rate
from core.setting_sources import load_settings
from core.settings import ROOT

QUESTIONS = ROOT / "benchmarks" / "data" / "retrieval_questions.csv"
DEPTH = 5
Ranking = Callable[[str], list[str]]


def read_questions(path: Path) -> list[tuple[str, set[str]]]:
    """Return questions with the ids of the documents that answer them."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = (
            [json.loads(line) for line in lines if line.strip()] if path.suffix == ".jsonl" else csv.DictReader(lines)
        )
        return [(row["question"], set(row["document"].split("|"))) for row in rows]


def documents(passages: Sequence[str]) -> list[str]:
    """Return the documents of ranked passages, each once."""
    return list(dict.fromkeys(passage.rsplit("#", 1)[0] for passage in passages))


def measure(questions: Sequence[tuple[str, set[str]]], ranking: Ranking) -> dict[str, Any]:
    """Return hit rate at 5 with its 95 % interval, MRR, and milliseconds a question."""
    ranks, started = [], perf_counter()
    for question, wanted in questions:
        ranked = ranking(question)
        ranks.append(next((place for place, document in enumerate(ranked, 1) if document in wanted), 0))
    spent = (perf_counter() - started) * 1000 / len(questions)
    rate = Rate(sum(1 <= rank <= DEPTH for rank in ranks), len(ranks))
    low, high = rate.interval or (0.0, 0.0)
    return {
        "hit@5": rate.value,
        "95 %": f"{low:.3f}–{high:.3f}",
        "MRR": sum(1 / rank for rank in ranks if rank) / len(ranks),
        "ms": spent,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=QUESTIONS)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    questions = read_questions(arguments.data)
    if not questions:
        raise SystemExit(f"{arguments.data} holds no question; it needs the columns question and document")
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(load_settings().model_copy(update={"data_dir": Path(folder)}))
        services.start()
        known = {document.id for document in services.knowledge.documents}
        missing = sorted({name for _, wanted in questions for name in wanted} - known)
        if missing:
            raise SystemExit(
                f"{arguments.data} names documents that the library does not hold: {', '.join(missing[:10])}"
            )

        def rank(question: str, way: str) -> list[str]:
            vector = None if way == "BM25" else services.embedder.embed([question])[0]
            scores = services.knowledge.score(question, vector)
            by_way = {"dense": scores.similarity or {}, "BM25": scores.lexical, "fused": scores.fused}[way]
            return documents(sorted(by_way, key=lambda passage: (-by_way[passage], passage)))

        ways = ("dense", "BM25", "fused")
        rows = [{"ranking": way} | measure(questions, partial(rank, way=way)) for way in ways]
        facts = {"questions": len(questions), "documents": len(known), "data": arguments.data.name}
        services.close()
    show("retrieval", rows, facts, as_json=arguments.json)


if __name__ == "__main__":
    main()
