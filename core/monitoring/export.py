"""What is on screen as a table, and a table as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; `name` is fit for a file's name. Cells of a column are of one type, or None.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.name} does not fit its columns")


def formula_safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula: text that could begin one gets a leading apostrophe.

    >>> formula_safe("=1+1"), formula_safe("plank"), formula_safe(-3)
    ("'=1+1", 'plank', -3)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def to_csv(table: Table) -> bytes:
    """Return a table as CSV in UTF-8: comma, CRLF, times in ISO 8601, nothing for None."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([formula_safe(name) for name in table.columns])
    writer.writerows([_written(formula_safe(cell)) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def to_parquet(table: Table) -> bytes:
    """Return a table as Parquet, with the types of its cells; text is made safe as in CSV, for who opens it there."""
    columns: dict[str, Sequence[Cell]] = {
        name: [formula_safe(row[place]) for row in table.rows] for place, name in enumerate(table.columns)
    }
    out = io.BytesIO()
    pq.write_table(pa.table({name: _array(cells) for name, cells in columns.items()}), out)
    return out.getvalue()


def _written(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _array(cells: Sequence[Cell]) -> pa.Array:
    if any(isinstance(cell, float) for cell in cells):  # one column may hold 1 and 0.5
        return pa.array([float(cell) if isinstance(cell, int | float) else None for cell in cells], pa.float64())
    return pa.array(cells)
