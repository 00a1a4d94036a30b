from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.vector_facts import VectorFacts
from core.ports import MetadataValue

VALUES = st.one_of(st.integers(0, 3), st.sampled_from(["", "x"]), st.floats(4, 5))
ROWS = st.dictionaries(st.sampled_from("abc"), VALUES)
WHERE = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=2)


@given(st.lists(st.tuples(st.integers(0, 90), ROWS, st.booleans()), max_size=80), WHERE)
def test_any_history_filters_as_a_list_of_rows_does(
    history: list[tuple[int, dict[str, MetadataValue], bool]], where: dict[str, MetadataValue]
) -> None:
    facts, model = VectorFacts(), list[dict[str, MetadataValue]]()
    for number, row, removing in history:
        if removing and model:
            place = number % len(model)
            last = model.pop()
            if place == len(model):
                facts.clear(place)
            else:
                model[place] = last
                facts.move(len(model), to=place)
        else:
            place = number % (len(model) + 1)
            model[place : place + 1] = [row]
            facts.put(place, row)
    assert facts.at(np.arange(len(model))) == model
    mask = facts.matching(where, len(model))
    wanted = [all(row.get(key) == value for key, value in where.items()) for row in model]
    assert all(wanted) if mask is None else mask.tolist() == wanted


def test_a_filter_that_all_rows_pass_costs_no_mask() -> None:
    facts = VectorFacts()
    for place in range(300):
        facts.put(place, {"tenant": "x", "entry": str(place)})
    assert facts.matching({"tenant": "x"}, 300) is None
    mask = facts.matching({"tenant": "x", "entry": "7"}, 300)
    assert mask is not None
    assert mask.nonzero()[0].tolist() == [7]


def test_values_that_no_row_has_any_more_take_no_room() -> None:
    facts = VectorFacts()
    for number in range(10_000):
        facts.put(number % 5, {"entry": f"entry {number}"})
    assert len(facts._columns["entry"].values) <= 6
    assert len(facts._columns["entry"].known) == 5
