from __future__ import annotations

from threading import Lock, Thread
from time import perf_counter
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


def near(rows: Vector, seed: int) -> Vector:
    """Return vectors whose cosine to these rows is about 0.9."""
    moved = rows + 0.45 * units(len(rows), seed, rows.shape[1])
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def filled(rows: Vector, above: int, engine: Literal["exact", "faiss"] = "exact") -> VectorIndex:
    index = VectorIndex(rows.shape[1], engine, above)
    index.put([str(place) for place in range(len(rows))], rows, [{"third": place % 3} for place in range(len(rows))])
    return index


def put(index: VectorIndex, identity: str, vector: Vector, **facts: int) -> None:
    index.put([identity], vector[None, :], [facts])


def accelerate(index: VectorIndex) -> bool:
    """Build the partitions that are due, to their end."""
    thread = index.accelerate(Lock())
    if thread is not None:
        thread.join()
    return thread is not None


def exact(rows: dict[str, Vector], vector: Vector, limit: int) -> list[str]:
    return sorted(rows, key=lambda one: -float(rows[one] @ vector))[:limit]


def test_partitions_are_built_only_above_the_size_and_once() -> None:
    index = filled(units(20), above=20)
    assert not accelerate(index)
    put(index, "more", units(1, 9)[0])
    assert accelerate(index)
    assert index.accelerated
    assert not accelerate(index)


@pytest.mark.parametrize("where", [None, {"third": 1}])
def test_partitions_find_nearly_all_of_what_the_scan_finds(
    where: dict[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few of the 245 partitions are probed that a search which looked into the wrong ones would be caught.
    monkeypatch.setattr("core.adapters.vector_partitions.PROBED", 30)
    centres = units(150, 4, 32)
    rows = near(np.repeat(centres, 100, axis=0), 5)
    index, scan = filled(rows, above=500), filled(rows, above=len(rows))
    assert accelerate(index)
    found = [
        len({m.id for m in index.search(v, 8, where)} & {m.id for m in scan.search(v, 8, where)}) / 8
        for v in near(rows[::200], 6)
    ]
    assert np.mean(found) >= 0.95


def test_a_filter_that_leaves_few_rows_makes_a_search_look_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.adapters.vector_partitions.PROBED", 4)
    rows = near(np.repeat(units(150, 4, 32), 100, axis=0), 5)
    index = VectorIndex(32, "exact", 500)
    index.put([str(n) for n in range(len(rows))], rows, [{"twentieth": n % 20} for n in range(len(rows))])
    assert accelerate(index)
    allowed = np.arange(1, len(rows), 20)
    found = [
        len(
            {int(m.id) for m in index.search(v, 8, {"twentieth": 1})} & set(allowed[np.argsort(-rows[allowed] @ v)[:8]])
        )
        for v in near(rows[::200], 6)
    ]
    assert np.mean(found) / 8 >= 0.95


def test_what_was_written_or_removed_after_the_build_counts_at_once() -> None:
    rows = units(200)
    index = filled(rows, above=50)
    accelerate(index)
    new = units(1, 5)[0]
    put(index, "new", new, third=0)
    assert index.search(new, 1, None)[0].id == "new"
    index.remove(["7", "unknown"])
    assert "7" not in {match.id for match in index.search(rows[7], 50, None)}
    put(index, "8", new, third=2)
    assert [match.id for match in index.search(rows[8], 200, {"third": 2})].count("8") == 1
    assert {match.id for match in index.search(new, 2, None)} == {"new", "8"}


def test_what_is_written_and_removed_during_the_build_counts_after_it() -> None:
    rows = units(20_000, dimension=32)
    index, lock = filled(rows, above=1000), Lock()
    building = index.accelerate(lock)
    assert building is not None
    changes, new = 0, units(400, 11, 32)
    while building.is_alive() and changes < len(new):
        with lock:
            put(index, f"new{changes}", new[changes])
            index.remove([str(changes)])
        changes += 1
    building.join()
    assert changes > 1
    assert index.accelerated
    assert all(index.search(new[n], 1, None)[0].id == f"new{n}" for n in range(changes))
    assert all(index.search(rows[n], 1, None)[0].id != str(n) for n in range(changes))
    assert all(index.search(rows[n], 1, None)[0].id == str(n) for n in range(changes, len(rows), 97))


def test_nobody_waits_long_for_a_build() -> None:
    index, lock = filled(units(60_000, dimension=64), above=1000), Lock()
    building = index.accelerate(lock)
    assert building is not None
    longest, began = 0.0, perf_counter()
    while building.is_alive():
        asked = perf_counter()
        with lock:
            longest = max(longest, perf_counter() - asked)
    assert longest < 0.3 * (perf_counter() - began)


def test_a_build_that_is_stopped_ends_without_partitions() -> None:
    index, lock = filled(units(30_000, dimension=64), above=1000), Lock()
    with lock:
        building = index.accelerate(lock)
        index.stop()
    assert building is not None
    building.join(10)
    assert not building.is_alive()
    assert not index.accelerated
    assert index.search(units(1, 3, 64)[0], 1, None)


def test_a_collection_that_is_emptied_during_the_build_is_no_error() -> None:
    index, lock = filled(units(300), above=50), Lock()
    with lock:
        building = index.accelerate(lock)
        index.remove([str(number) for number in range(300)])
    assert isinstance(building, Thread)
    building.join()
    assert index.search(units(1)[0], 5, None) == []
    put(index, "one", units(1)[0])
    assert [match.id for match in index.search(units(1)[0], 5, None)] == ["one"]


def test_partitions_are_built_anew_after_as_many_writes() -> None:
    index = filled(units(100), above=50)
    accelerate(index)
    for place in range(100):
        put(index, str(place), units(1, 100 + place)[0])
    assert not accelerate(index)
    put(index, "0", units(1)[0])
    assert accelerate(index)


def test_more_than_a_block_of_rows_is_scanned_and_shrinks_again() -> None:
    rows = units(40_000)
    index = filled(rows, above=100_000, engine="faiss")
    assert all(index.search(rows[n], 1, None)[0].id == str(n) for n in (0, 16_383, 16_384, 39_999))
    assert index.search(rows[20_001], 1, {"third": 0})[0].id == "20001"
    index.remove([str(number) for number in range(5, 40_000)])
    assert index.ids == {"0", "1", "2", "3", "4"}
    assert len(index.search(rows[0], 9, {"third": 1})) == 2


steps = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "accelerate"]), st.integers(0, 12), st.integers(0, 30)), max_size=60
)


@settings(deadline=None, max_examples=60)
@given(steps, st.sampled_from(["exact", "faiss"]), st.sampled_from([3, 1000]))
def test_any_history_of_changes_finds_what_comparing_everything_finds(
    history: list[tuple[str, int, int]], engine: Literal["exact", "faiss"], above: int
) -> None:
    index, model = VectorIndex(DIMENSION, engine, above), dict[str, tuple[Vector, int]]()
    vectors = units(31, 3)
    for step, key, seed in history:
        if step == "put":
            model[str(key)] = vectors[seed], seed % 2
            put(index, str(key), vectors[seed], odd=seed % 2)
        elif step == "remove":
            model.pop(str(key), None)
            index.remove([str(key)])
        else:
            accelerate(index)
    query = units(1, 77)[0]
    assert index.ids == set(model)
    for odd in (None, 0, 1):
        found = index.search(query, LIMIT, None if odd is None else {"odd": odd})
        allowed = {one: vector for one, (vector, parity) in model.items() if odd in (None, parity)}
        wanted = [round(float(allowed[one] @ query), 4) for one in exact(allowed, query, LIMIT)]
        assert [round(match.score, 4) for match in found] == wanted
        assert all(match.metadata == {"odd": model[match.id][1]} for match in found)
