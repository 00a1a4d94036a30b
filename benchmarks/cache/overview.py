"""Every figure that the cache is held to, over any files: what is wanted beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cache.conversations import conversations
from benchmarks.cache.latency import latency
from benchmarks.cache.pairs import Trial, pairs
from benchmarks.cache.parts import Models
from benchmarks.cache.personal import personal
from benchmarks.cache.stream import stream
from core.conversation.rewriting import Rewriter

Row = dict[str, Any]
NOISY = 0.95
"""Accuracy of the judge that errs."""
CPU_MS = {10_000: 3, 100_000: 5, 1_000_000: 10}
"""Most milliseconds of CPU that a lookup may take without the models, by entries."""


def form(row: Mapping[str, Any]) -> str:
    """Say which form of data a row has.

    >>> form({"q": "…", "cls": "…"}), form({"a": [], "b": [], "same": True})
    ('stream', 'conversations')
    """
    if "cls" in row:
        return "stream"
    if "personal" in row:
        return "personal"
    return "pairs" if isinstance(row.get("a"), str) else "conversations"


def overview(
    files: Mapping[Path, Sequence[Row]], rewriter: Rewriter, by: str, entries: Iterable[int], shuffles: int
) -> list[Row]:
    """Return the rows of the table, one a figure.

    Parameters
    ----------
    by : str
        Who rewrites follow-ups, as the table names it.
    """
    models = Models()
    found: list[Row] = []
    for path, rows in files.items():
        what = form(rows[0])
        if what == "pairs":
            found += _pairs(path.name, rows, models)
        elif what == "stream":
            found += _stream(path.name, rows, models, shuffles)
        elif what == "conversations":
            found += _conversations(path.name, rows, models, rewriter, by)
        else:
            found += _personal(path.name, rows)
    for count in entries:
        found += _latency(count)
    return found


def _line(what: str, data: str, wanted: str, measured: str) -> Row:
    return {"what": what, "data": data, "wanted": wanted, "measured": measured}


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _pairs(name: str, rows: Sequence[Row], models: Models) -> list[Row]:
    with models.bench() as bench:
        told = pairs(rows, Trial(bench).served)
    lines = [
        _line("pairs that should hit", name, "≥ 35 % (fow), ≥ 50 % (langcache)", _percent(told["served_same"])),
        _line("traps served", name, "≤ 2 %", _percent(told["served_traps"])),
    ]
    if told["safety"]["rows"]:
        share, count = told["safety"]["served_traps"], told["safety"]["rows"]
        lines.append(_line("safety traps served", name, "0", f"{round(share * count)} of {count}"))
    return lines


def _stream(name: str, rows: Sequence[Row], models: Models, shuffles: int) -> list[Row]:
    lines = []
    for accuracy, error, hits in ((1.0, "≤ 1 %", "≥ 35 %"), (NOISY, "≤ 1.5 %", "≥ 25 %")):
        told = stream(rows, models, shuffles=shuffles, judge_accuracy=accuracy)
        judge = f"judge right {100 * accuracy:g} %"
        lines += [
            _line(f"stream, hits (least of {shuffles}), {judge}", name, hits,
                  f"{_percent(told['hit_rate'])} ({_percent(told['hit_rate_worst'])})"),
            _line(f"stream, false hits (most), {judge}", name, error,
                  f"{_percent(told['error_rate'])} ({_percent(told['error_rate_worst'])})"),
            _line(f"stream, verdicts a request, {judge}", name, "", f"{told['judge_calls_per_request']:.2f}"),
        ]  # fmt: skip
    return lines


def _conversations(name: str, rows: Sequence[Row], models: Models, rewriter: Rewriter, by: str) -> list[Row]:
    with models.bench() as bench:
        told = conversations(rows, rewriter, Trial(bench).served)
    return [
        _line(f"conversations that should hit, {by}", name, "≥ 60 % with a chat model", _percent(told["served_same"])),
        _line(f"conversation traps served, {by}", name, "≤ 3 %; embedded 0", _percent(told["served_traps"])),
    ]


def _personal(name: str, rows: Sequence[Row]) -> list[Row]:
    told = personal(rows)
    return [
        _line("personal questions leaked", name, "≤ 2 %", _percent(told["leaked"])),
        _line("general questions kept out", name, "≤ 15 %", _percent(told["kept_out"])),
    ]


def _latency(entries: int) -> list[Row]:
    rows, _ = latency(entries)
    return [_line(row["what"], f"{entries:,} entries", _wanted(row["what"], entries), _times(row)) for row in rows]


def _wanted(what: str, entries: int) -> str:
    if what == "exact":
        return "≤ 1 ms wall p99"
    if what.endswith("with the embedding"):
        return "≤ 15 ms wall p50, idle"
    return f"≤ {CPU_MS[entries]} ms CPU p50" if "models" in what and entries in CPU_MS else ""


def _times(row: Row) -> str:
    return " · ".join(f"{kind} {row[f'{kind} p50 ms']:.2f} / {row[f'{kind} p99 ms']:.2f}" for kind in ("cpu", "wall"))
