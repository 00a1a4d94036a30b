from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.report import machine, percentile, show, table

ROWS: list[dict[str, Any]] = [{"what": "a short one", "ms": 1.5}, {"what": "another", "ms": None}]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.floats(0, 1))
def test_a_percentile_parts_the_values_at_its_share(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value < found for value in values) <= share * len(values)
    assert sum(value <= found for value in values) >= share * len(values)


def test_the_columns_of_a_table_stand_below_their_heads() -> None:
    head, *lines = table(ROWS).splitlines()
    assert [line[head.index("ms") :].strip() for line in lines] == ["1.5", "None"]
    assert len({len(line) for line in (head, *lines)}) == 1


def test_a_value_that_a_row_lacks_is_shown_as_none() -> None:
    assert table([{"what": "a", "ms": 1}, {"what": "b"}]).splitlines()[-1].split() == ["b", "None"]


def test_a_table_without_rows_says_so() -> None:
    assert table([]) == "(nothing)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.12345, "0.123"),
        (12.345, "12.3"),
        (1234.5678, "1,235"),
        (7, "7"),
        (True, "True"),
        ("12", "12"),
        (None, "None"),
    ],
)
def test_numbers_are_shown_with_as_many_digits_as_mean_something(value: object, shown: str) -> None:
    assert table([{"x": value}]).splitlines()[1].strip() == shown


def test_a_report_ends_with_one_line_for_programs_where_they_ask_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    show("speed", ROWS, {"errors": 0}, as_json=True)
    *_, last = capsys.readouterr().out.splitlines()
    assert json.loads(last) == {"benchmark": "speed", "machine": machine(), "rows": ROWS, "errors": 0}


def test_a_report_for_people_says_what_was_measured_where(capsys: pytest.CaptureFixture[str]) -> None:
    show("speed", ROWS, {"errors": 0}, as_json=False)
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("# speed · python 3.")
    assert last == "errors: 0"
