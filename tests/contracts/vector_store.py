"""What every vector store does, checked with examples and against a model that compares everything with everything."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ports import Match, MetadataValue, Vector, VectorRecord
from tests.contracts.adapters import DIMENSION, StoreCase

_fresh = itertools.count()


def namespace() -> str:
    """Return a namespace that no other test uses."""
    return f"space-{next(_fresh)}-model@1/x y"


def unit(*numbers: float) -> Vector:
    """Return a vector of unit length that begins with `numbers`."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[: len(numbers)] = numbers
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def record(name: str, *numbers: float, **metadata: MetadataValue) -> VectorRecord:
    """Return a record."""
    return VectorRecord(name, unit(*numbers), metadata)


class VectorStoreContract:
    """Inherit from it, with a fixture `case`."""

    def test_finds_the_nearest_first_with_their_cosine(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record("a", 1), record("b", 1, 1), record("c", 0, 1), record("d", -1)])
        case.settle()
        found = case.store.query(space, unit(1), limit=10)
        assert [match.id for match in found] == ["a", "b", "c", "d"]
        assert [match.score for match in found] == pytest.approx([1, 0.5**0.5, 0, -1], abs=1e-3)
        assert all(-1 <= match.score <= 1 for match in found)

    def test_returns_no_more_than_the_limit(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record(str(number), 1, number) for number in range(20)])
        case.settle()
        assert [match.id for match in case.store.query(space, unit(1), limit=3)] == ["0", "1", "2"]
        assert len(case.store.query(space, unit(1), limit=1000)) == 20

    def test_brings_metadata_back(self, case: StoreCase) -> None:
        space = namespace()
        metadata: dict[str, MetadataValue] = {
            "text": 'Sätze "zitiert" 🏋️',
            "whole": 3,
            "real": -0.5,
            "true": True,
            "": "",
        }
        case.store.upsert(space, [VectorRecord("a", unit(1), metadata), VectorRecord("b", unit(0, 1), {})])
        case.settle()
        assert [match.metadata for match in case.store.query(space, unit(1), limit=2)] == [metadata, {}]

    def test_replaces_a_record_with_a_known_id(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record("a", 1, colour="red")])
        case.store.upsert(space, [record("a", 0, 1, shape="round")])
        case.settle()
        [match] = case.store.query(space, unit(0, 1), limit=5)
        assert match.score == pytest.approx(1, abs=1e-3)
        assert match.metadata == {"shape": "round"}
        assert case.store.query(space, unit(1), limit=5, where={"colour": "red"}) == []

    def test_keeps_the_later_of_two_records_with_one_id(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record("a", 1), record("a", 0, 1)])
        case.settle()
        assert case.store.query(space, unit(0, 1), limit=5)[0].score == pytest.approx(1, abs=1e-3)
        assert case.store.ids(space) == {"a"}

    def test_filters_inside_the_search_so_that_results_are_not_thinned_out(self, case: StoreCase) -> None:
        space = namespace()
        near = [record(f"near{number}", 1, number / 1000, colour="red") for number in range(50)]
        far = [record(f"far{number}", -1, number / 1000, colour="blue") for number in range(3)]
        case.store.upsert(space, near + far)
        case.settle()
        found = case.store.query(space, unit(1), limit=3, where={"colour": "blue"})
        assert {match.id for match in found} == {"far0", "far1", "far2"}

    def test_filters_by_every_key(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(
            space,
            [
                record("a", 1, tenant="x", locale="en"),
                record("b", 1, tenant="x", locale="de"),
                record("c", 1, tenant="y", locale="en"),
                record("d", 1, tenant="x"),
            ],
        )
        case.settle()
        where: dict[str, MetadataValue] = {"tenant": "x", "locale": "en"}
        assert [match.id for match in case.store.query(space, unit(1), limit=9, where=where)] == ["a"]
        assert case.store.query(space, unit(1), limit=9, where={"unknown": 1}) == []
        assert len(case.store.query(space, unit(1), limit=9, where={})) == 4

    def test_keeps_namespaces_apart(self, case: StoreCase) -> None:
        one, other = namespace(), namespace()
        case.store.upsert(one, [record("a", 1), record("b", 1)])
        case.store.upsert(other, [record("a", 0, 1)])
        case.store.delete(other, ["b"])
        case.settle()
        assert case.store.ids(one) == {"a", "b"}
        assert case.store.query(one, unit(1), limit=1)[0].score == pytest.approx(1, abs=1e-3)
        case.store.drop(other)
        case.settle()
        assert case.store.ids(one) == {"a", "b"}
        assert case.store.ids(other) == set()
        assert case.store.query(other, unit(1), limit=1) == []

    def test_forgets_deleted_records_and_may_write_them_again(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record("a", 1), record("b", 0, 1)])
        case.store.delete(space, ["a", "unknown"])
        case.settle()
        assert [match.id for match in case.store.query(space, unit(1), limit=5)] == ["b"]
        case.store.upsert(space, [record("a", 1)])
        case.settle()
        assert case.store.ids(space) == {"a", "b"}

    def test_may_write_to_a_dropped_namespace_again(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record("a", 1)])
        case.store.drop(space)
        case.store.upsert(space, [record("b", 1)])
        case.settle()
        assert case.store.ids(space) == {"b"}

    def test_ignores_what_it_does_not_know(self, case: StoreCase) -> None:
        space = namespace()
        case.store.delete(space, ["a"])
        case.store.delete(space, [])
        case.store.drop(space)
        case.store.upsert(space, [])
        case.settle()
        assert case.store.ids(space) == set()
        assert case.store.query(space, unit(1), limit=5) == []

    def test_lists_deletes_and_writes_more_than_a_batch(self, case: StoreCase) -> None:
        space = namespace()
        case.store.upsert(space, [record(f"id{number}", 1, number) for number in range(1205)])
        case.settle()
        assert case.store.ids(space) == {f"id{number}" for number in range(1205)}
        case.store.delete(space, [f"id{number}" for number in range(1203)])
        case.settle()
        assert case.store.ids(space) == {"id1203", "id1204"}

    def test_passes_its_check_and_has_a_name(self, case: StoreCase) -> None:
        case.store.check()
        assert case.store.name

    @settings(max_examples=12, deadline=None)
    @given(data=st.data())
    def test_agrees_with_brute_force(self, case: StoreCase, data: st.DataObject) -> None:
        spaces = [namespace(), namespace()]
        model: dict[str, dict[str, VectorRecord]] = {space: {} for space in spaces}
        for action, which, batch in data.draw(_ACTIONS):
            space = spaces[which]
            if action == "upsert":
                case.store.upsert(space, batch)
                model[space].update({one.id: one for one in batch})
            elif action == "delete":
                case.store.delete(space, [one.id for one in batch])
                for one in batch:
                    model[space].pop(one.id, None)
            else:
                case.store.drop(space)
                model[space].clear()
            case.settle()
            if data.draw(st.booleans()):
                _agrees(case, model, space, data)
        for space in spaces:
            assert case.store.ids(space) == set(model[space])
            _agrees(case, model, space, data)


_VECTORS = (
    st.lists(st.integers(-3, 3), min_size=DIMENSION, max_size=DIMENSION).filter(any).map(lambda numbers: unit(*numbers))
)
_METADATA = st.fixed_dictionaries(
    {}, optional={"colour": st.sampled_from(["red", "blue"]), "level": st.integers(1, 2), "new": st.booleans()}
)
_RECORDS = st.builds(VectorRecord, st.sampled_from("abcdefgh"), _VECTORS, _METADATA)
_ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["upsert", "upsert", "upsert", "delete", "drop"]),
        st.integers(0, 1),
        st.lists(_RECORDS, max_size=6),
    ),
    max_size=6,
)


def _agrees(case: StoreCase, model: dict[str, dict[str, VectorRecord]], space: str, data: st.DataObject) -> None:
    where, vector, limit = data.draw(_METADATA), data.draw(_VECTORS), data.draw(st.integers(1, 10))
    wanted = {
        one.id: float(one.vector @ vector)
        for one in model[space].values()
        if all(one.metadata.get(key) == value for key, value in where.items())
    }
    found = case.store.query(space, vector, limit=limit, where=where)
    # Records of equal score may come in any order, so scores are compared and not ids.
    assert [match.score for match in found] == pytest.approx(sorted(wanted.values(), reverse=True)[:limit], abs=1e-3)
    assert {match.id: match.score for match in found} == pytest.approx(
        {match.id: wanted[match.id] for match in found}, abs=1e-3
    )
    _bring_back(found, model[space])


def _bring_back(found: list[Match], written: Mapping[str, VectorRecord]) -> None:
    assert len({match.id for match in found}) == len(found)
    assert all(dict(match.metadata) == dict(written[match.id].metadata) for match in found)
