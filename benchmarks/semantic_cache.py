"""How right and how fast the semantic cache is, as it is shipped: the default policy, no label seen.

Sub-commands take any file of JSON Lines::

    pairs          a, b, same, perhaps category and safety: a is the only entry, b is asked
    stream         q, cls: the judge sees the labels
    conversations  a, b (lists of messages), same: the last message is the question
    personal       q, personal
    latency        a cache of --entries entries
    all            every figure, over any files of these forms
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.cache.conversations import conversations, rewriter_from
from benchmarks.cache.latency import latency
from benchmarks.cache.overview import overview
from benchmarks.cache.pairs import Trial, pairs
from benchmarks.cache.parts import Models
from benchmarks.cache.peer_stream import peer_stream
from benchmarks.cache.peers import peer
from benchmarks.cache.personal import personal
from benchmarks.cache.stream import stream
from benchmarks.report import show

Row = Mapping[str, Any]


def read_rows(path: Path, *needed: str) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON Lines.

    Raises
    ------
    SystemExit
        A line is not a JSON object or lacks a field; says which.
    """
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise SystemExit(f"{path}, line {number} is not JSON ({error.msg}).") from None
        missing = [name for name in needed if not isinstance(row, dict) or name not in row]
        if missing:
            raise SystemExit(f"{path}, line {number} lacks {', '.join(missing)}.")
        rows.append(row)
    if not rows:
        raise SystemExit(f"{path} holds no row.")
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = _parser().parse_args(arguments)
    given.run(given)


def _pairs(given: argparse.Namespace) -> None:
    rows = read_rows(given.data, "a", "b", "same")
    models = Models()
    with models.bench() as bench:
        found = pairs(rows, Trial(bench).served)
    table = [{"cache": "ours", **_shares(found)}]
    for name in given.peers:
        if (other := peer(name, models.embedder)) is not None:
            with closing(other):
                table.append({"cache": name, **_shares(pairs(rows, other.served))})
    table += [{"cache": f"ours · {name}", **facts} for name, facts in found["by_category"].items()]
    show("semantic_cache pairs", table, {"data": given.data.name, **found}, as_json=given.json)


def _shares(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pairs": found["pairs"],
        "served_same": found["served_same"],
        "served_traps": found["served_traps"],
        "safety_served": found["safety"]["served_traps"],
    }


def _stream(given: argparse.Namespace) -> None:
    rows = read_rows(given.data, "q", "cls")
    models = Models()
    found = stream(rows, models, shuffles=given.shuffles, judge_accuracy=given.judge_accuracy)
    table = [{"cache": "ours", **found}]
    for name in given.peers:
        if (other := peer(name, models.embedder)) is not None:
            with closing(other):
                table.append({"cache": name, **peer_stream(rows, other, shuffles=given.shuffles)})
    facts = {"data": given.data.name, "judge_accuracy": given.judge_accuracy, **found}
    show("semantic_cache stream", table, facts, as_json=given.json)


def _conversations(given: argparse.Namespace) -> None:
    rows = read_rows(given.data, "a", "b", "same")
    models = Models()
    rewriter = rewriter_from(given.base_url, given.chat_model, models.exercises)
    with models.bench() as bench:
        found = conversations(rows, rewriter, Trial(bench).served)
    by = given.chat_model or "embedded rules"
    table = [{"rewriter": by, "served_same": found["served_same"], "served_traps": found["served_traps"]}]
    show("semantic_cache conversations", table, {"data": given.data.name, **found}, as_json=given.json)


def _personal(given: argparse.Namespace) -> None:
    found = personal(read_rows(given.data, "q", "personal"))
    show("semantic_cache personal", [found], {"data": given.data.name, **found}, as_json=given.json)


def _latency(given: argparse.Namespace) -> None:
    rows, facts = latency(given.entries, given.engine)
    show("semantic_cache latency", rows, {"entries": given.entries, **facts}, as_json=given.json)


def _all(given: argparse.Namespace) -> None:
    files = {path: read_rows(path) for path in given.data}
    rewriter = rewriter_from(given.base_url, given.chat_model, Models().exercises)
    rows = overview(files, rewriter, given.chat_model or "embedded rules", given.entries, given.shuffles)
    show("semantic_cache all", rows, {}, as_json=given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Any, *, data: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="one JSON object as the last line")
        if data:
            sub.add_argument("--data", type=Path, required=True)
        return sub

    for name, run in (("pairs", _pairs), ("stream", _stream)):
        sub = command(name, run)
        sub.add_argument("--peers", type=_names, default=[], help="gptcache,redisvl,static: those that are installed")
        if name == "stream":
            sub.add_argument("--shuffles", type=int, default=10)
            sub.add_argument("--judge-accuracy", type=float, default=1.0)
    every = command("all", _all, data=False)
    every.add_argument("--data", type=Path, nargs="*", default=[])
    every.add_argument("--entries", type=int, nargs="*", default=[10_000])
    every.add_argument("--shuffles", type=int, default=10)
    for sub in (command("conversations", _conversations), every):
        sub.add_argument("--base-url", help="an OpenAI-compatible server; without it the embedded rules rewrite")
        sub.add_argument("--chat-model", help="the model's name there")
    command("personal", _personal)
    speed = command("latency", _latency, data=False)
    speed.add_argument("--entries", type=int, default=10_000)
    speed.add_argument("--engine", choices=("exact", "faiss"), default="faiss")
    return parser


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


if __name__ == "__main__":
    main()
