"""Small files of workout documents, and what is read from them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from core.knowledge.loading import Loaded, load_folders

Row = dict[str, Any]
SOURCES = {"who-2020": {"title": "Guidelines", "publisher": "WHO", "year": 2020, "url": "https://www.who.int/x"}}
UNSEEN = [
    "\u200b", "\u200e", "\u200f", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\ufeff", "\u061c", "\xad",
    "\x07", "\u180e", "\u3164", "\U000e0041", "\U000e0100",
]  # fmt: skip
"""Characters that are drawn as nothing or change the direction of others."""


def squat(**changes: Any) -> Row:
    """Return the row of an exercise with everything that a row needs."""
    row = {
        "id": "squat",
        "name": "Squat",
        "level": "beginner",
        "muscles": ["thighs"],
        "how": ["Sit down.", "Stand up."],
    }
    return row | changes


def article(body: str = "## How much?\nA little. [^who-2020]\n", **changes: str) -> str:
    """Return the text of an article."""
    head = {"id": "amount", "title": "How much", "topic": "nutrition"} | changes
    return "".join(["---\n", *(f"{key}: {value}\n" for key, value in head.items()), "---\n", body])


def as_csv(*rows: Row) -> str:
    """Return rows as a table, lists joined by bars."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows({key: "|".join(v) if isinstance(v, list) else v for key, v in row.items()} for row in rows)
    return text.getvalue()


def load(folder: Path, **files: str | bytes | list[Row]) -> Loaded:
    """Write files (``exercises_json="…"`` is exercises.json) and a register of sources, and read the folder."""
    (folder / "sources.json").write_text(json.dumps(SOURCES))
    for name, content in files.items():
        text = json.dumps(content) if isinstance(content, list) else content
        (folder / name.replace("_", ".")).write_bytes(text.encode() if isinstance(text, str) else text)
    return load_folders([folder])


def problems(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]
