"""The menu that takes away what is on screen: the tables as CSV or Parquet, and the week as a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.monitoring.export import Table, to_csv, to_parquet


def export_menu(tables: Sequence[Table], digest: Callable[[], bytes], day: str) -> None:
    """Show the menu; `digest` makes the weekly report when it is asked for, `day` names the files."""
    with st.popover("Export", icon=":material/download:", help="Tables and the weekly report"):
        st.caption("What is on screen, with its filters:")
        for one in {one.name: one for one in tables}.values():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(one.name.replace("-", " ").capitalize())
                for kind, write, mime in (
                    ("csv", to_csv, "text/csv"),
                    ("parquet", to_parquet, "application/octet-stream"),
                ):
                    st.download_button(
                        kind.upper() if kind == "csv" else "Parquet", partial(write, one),
                        f"monitoring-{one.name}-{day}.{kind}", mime, key=f"export-{one.name}-{kind}", on_click="ignore",
                    )  # fmt: skip
        st.caption("The last seven days as one file that opens anywhere:")
        st.download_button(
            "Weekly digest (HTML)", digest, f"digest-{day}.html", "text/html", key="export-digest",
            icon=":material/summarize:", on_click="ignore",
        )  # fmt: skip
