"""The shipped parts and policy, with no label seen, on pairs of fitness questions: paraphrases and traps."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cache.pairs import Trial, pairs
from benchmarks.cache.parts import Models

ROWS = [json.loads(line) for line in Path("tests/data/fitness_pairs.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    with Models().bench() as bench:
        return pairs(ROWS, Trial(bench).served)


def test_the_set_is_large_has_both_kinds_and_is_for_a_third_about_safety() -> None:
    assert len(ROWS) >= 300
    assert sum(row["safety"] for row in ROWS) >= len(ROWS) / 3
    kinds = Counter(row["same"] for row in ROWS)
    assert min(kinds.values()) >= 100
    assert len({(row["a"], row["b"]) for row in ROWS}) == len(ROWS)


def test_no_trap_about_safety_is_served(found: dict[str, Any]) -> None:
    assert found["safety"]["rows"] >= 100
    assert found["safety"]["served_traps"] == 0


def test_few_traps_are_served_and_many_paraphrases(found: dict[str, Any]) -> None:
    assert found["served_traps"] <= 0.02
    assert found["served_same"] >= 0.30
