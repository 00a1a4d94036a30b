"""What every benchmark shares: its table, its JSON line, and the machine that it ran on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as aligned columns, in the order of the first row's keys."""
    if not rows:
        return "(nothing)"
    heads = list(rows[0])
    cells = [heads, *([_shown(row.get(head)) for head in heads] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def show(name: str, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a table and, if asked, one JSON object as the last line."""
    print(f"# {name} · {' · '.join(f'{key} {value}' for key, value in machine().items())}")
    print(table(rows))
    for key, value in facts.items():
        print(f"{key}: {_shown(value)}")
    if as_json:
        print(json.dumps({"benchmark": name, "machine": machine(), "rows": list(rows), **facts}))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _shown(value: object) -> str:
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and value < 100
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
