from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters import vector_rows
from core.adapters.vector_rows import VectorRows

KEYS = st.lists(st.integers(0, 40), unique=True, min_size=1, max_size=12)
STEPS = st.lists(st.tuples(st.booleans(), KEYS), max_size=25)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_rows, "BLOCK", 4)
        yield


@given(STEPS)
def test_any_history_keeps_each_row_at_its_place_without_gaps(history: list[tuple[bool, list[int]]]) -> None:
    rows, model = VectorRows(2), dict[str, tuple[float, float]]()
    for number, (putting, keys) in enumerate(history):
        if putting:
            vectors = np.array([(key, number) for key in keys], np.float32)
            places = rows.put([str(key) for key in keys], vectors)
            model |= {str(key): (float(key), float(number)) for key in keys}
            assert places == [rows.places[str(key)] for key in keys]
        else:
            for key in keys:
                assert (rows.remove(str(key)) is None) == (model.pop(str(key), None) is None)
    assert set(rows.ids) == set(model)
    assert len(rows) == len(model)
    assert [rows.places[one] for one in rows.ids] == list(range(len(model)))
    wanted = np.array([model[one] for one in rows.ids], np.float32).reshape(-1, 2)
    assert np.array_equal(rows.at(np.arange(len(rows))), wanted)
    blocks = list(rows.blocks())
    assert np.array_equal(np.concatenate([block for _, block in blocks] or [wanted]), wanted)
    assert [start for start, _ in blocks] == list(range(0, len(rows), 4))
