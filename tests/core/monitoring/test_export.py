from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.monitoring.export import Table, formula_safe, to_csv, to_parquet

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
TABLE = Table("rates", ("start", "topic", "turns", "rate"), ((AT, "=SUM(A1)", 3, 0.5), (AT, "plank", 0, None)))


def read_csv(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(table).decode(), newline="")))


def test_csv_has_a_head_iso_times_and_nothing_for_unknown() -> None:
    assert read_csv(TABLE) == [
        ["start", "topic", "turns", "rate"],
        ["2026-05-04T09:00:00+00:00", "'=SUM(A1)", "3", "0.5"],
        ["2026-05-04T09:00:00+00:00", "plank", "0", ""],
    ]


def test_parquet_keeps_types() -> None:
    read = pq.read_table(io.BytesIO(to_parquet(TABLE)))
    assert read.to_pylist()[0] == {"start": AT, "topic": "'=SUM(A1)", "turns": 3, "rate": 0.5}
    assert [str(field.type) for field in read.schema] == ["timestamp[us, tz=UTC]", "string", "int64", "double"]


def test_numbers_of_two_kinds_share_a_column() -> None:
    read = pq.read_table(io.BytesIO(to_parquet(Table("t", ("a",), ((1,), (0.5,), (None,))))))
    assert read["a"].to_pylist() == [1.0, 0.5, None]


@pytest.mark.parametrize("rows", [(), ((None, None),)])
def test_a_table_may_be_empty(rows: tuple[tuple[None, None], ...]) -> None:
    table = Table("t", ("a", "b"), rows)
    assert pq.read_table(io.BytesIO(to_parquet(table))).num_rows == len(rows)
    assert len(read_csv(table)) == 1 + len(rows)


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Table("t", ("a",), ((1, 2),))


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "-"])
def test_what_could_be_a_formula_is_quoted(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


@given(st.text())
def test_no_text_begins_a_formula_and_nothing_is_lost(text: str) -> None:
    safe = formula_safe(text)
    assert isinstance(safe, str)
    assert safe.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not safe
    assert safe in {text, f"'{text}"}
    ((read,),) = read_csv(Table("t", ("a",), ((text,),)))[1:] or ((text,),)
    assert read == safe
