from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.adapters.vector_indexes import VectorIndex
from core.ports import Vector

DIMENSION = 8
LIMIT = 5


def units(count: int, seed: int = 0, dimension: int = DIMENSION) -> Vector:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def filled(rows: Vector, above: int, engine: Literal["exact", "faiss"] = "exact") -> VectorIndex:
    index = VectorIndex(rows.shape[1], engine, above)
    for place, row in enumerate(rows):
        index.put(str(place), row, {"third": place % 3})
    return index


def accelerate(index: VectorIndex) -> bool:
    """Build the graph that is due, to its end."""

    def swap(finish: Callable[[], None]) -> None:
        finish()

    thread = index.accelerate(swap)
    if thread is not None:
        thread.join()
    return thread is not None


def exact(rows: dict[str, Vector], vector: Vector, limit: int) -> list[str]:
    return sorted(rows, key=lambda one: -float(rows[one] @ vector))[:limit]


def test_a_graph_is_built_only_above_the_size_and_once() -> None:
    index = filled(units(20), above=20)
    assert not accelerate(index)
    index.put("more", units(1, 9)[0], {})
    assert accelerate(index)
    assert index.accelerated
    assert not accelerate(index)


@pytest.mark.parametrize("where", [None, {"third": 1}])
def test_the_graph_finds_nearly_all_of_what_the_scan_finds(where: dict[str, int] | None) -> None:
    rows = units(3000, dimension=32)
    index, scan = filled(rows, above=500), filled(rows, above=10_000)
    accelerate(index)
    found = [
        len({m.id for m in index.search(v, 10, where)} & {m.id for m in scan.search(v, 10, where)}) / 10
        for v in units(40, 1, 32)
    ]
    assert np.mean(found) >= 0.95


def test_what_was_written_or_removed_after_the_build_counts_at_once() -> None:
    rows = units(200)
    index = filled(rows, above=50)
    accelerate(index)
    new = units(1, 5)[0]
    index.put("new", new, {"third": 0})
    assert index.search(new, 1, None)[0].id == "new"
    index.remove("7")
    assert "7" not in {match.id for match in index.search(rows[7], 50, None)}
    index.put("8", new, {"third": 2})
    assert [match.id for match in index.search(rows[8], 200, {"third": 2})].count("8") == 1
    assert {match.id for match in index.search(new, 2, None)} == {"new", "8"}


def test_a_graph_is_built_anew_once_a_fifth_has_changed() -> None:
    index = filled(units(100), above=50)
    accelerate(index)
    for place in range(21):
        index.put(str(place), units(1, 100 + place)[0], {})
    assert accelerate(index)


steps = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "accelerate"]), st.integers(0, 12), st.integers(0, 30)), max_size=60
)


@settings(deadline=None, max_examples=60)
@given(steps, st.sampled_from(["exact", "faiss"]), st.sampled_from([3, 1000]))
def test_any_history_of_changes_finds_what_comparing_everything_finds(
    history: list[tuple[str, int, int]], engine: Literal["exact", "faiss"], above: int
) -> None:
    index, model = VectorIndex(DIMENSION, engine, above), dict[str, Vector]()
    vectors = units(31, 3)
    for step, key, seed in history:
        if step == "put":
            model[str(key)] = vectors[seed]
            index.put(str(key), vectors[seed], {})
        elif step == "remove":
            model.pop(str(key), None)
            index.remove(str(key))
        else:
            accelerate(index)
    query = units(1, 77)[0]
    found = index.search(query, LIMIT, None)
    assert index.ids == set(model)
    assert [round(match.score, 4) for match in found] == [
        round(float(model[one] @ query), 4) for one in exact(model, query, LIMIT)
    ]
