"""Which topics miss and which are disliked, the surely worst first, and the way to their conversations."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.monitoring.export import Table
from core.monitoring.figures import Board, Figures
from core.monitoring.filters import Dimension
from core.monitoring.model import Rate
from pages.components.panel import BEHIND, HEIGHT, Shown, draw, rows_of, value_behind
from pages.components.panels import FEWEST_TRIALS, breakdown, missing, ranked


def ranking(board: Board, shown: Shown) -> list[Table]:
    """Draw the two ranked lists and the rates of all topics; return their tables."""
    with st.grid(2, min_column_width=340, gap="small"):
        tables = [
            _list(board, shown, missing, "misses", "Topics that miss", "hit-rate"),
            _list(board, shown, lambda one: one.dislike_rate, "dislikes", "Topics that are disliked", "dislike-rate"),
        ]
        for panel in breakdown(board, shown.scene, [Dimension.TOPIC]):
            draw(panel, shown)
            tables.append(panel.table)
    return tables


def _list(board: Board, shown: Shown, worst: Callable[[Figures], Rate], name: str, title: str, behind: str) -> Table:
    rows, topics = ranked(board, shown.scene, worst, name)
    with st.container(border=True):
        st.markdown(
            f"**{title}**",
            help=f"The surely worst first: by the lower end of the 95 % interval, of topics with "
            f"{FEWEST_TRIALS} or more. "
            "Choose a row to see its conversations.",
        )
        if not topics:
            st.caption(f"No topic has {FEWEST_TRIALS} to tell from in this time. Choose a longer range.")
            return rows
        key = f"rank-{name}"
        rate = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width="small")
        st.dataframe(
            pd.DataFrame.from_records(list(rows.rows), columns=list(rows.columns)), hide_index=True, height=HEIGHT,
            column_config={"rate": rate}, on_select="rerun", selection_mode="single-row", key=key,
            alt=f"{title}, the surely worst first",
        )  # fmt: skip
        for place in rows_of(key)[:1]:
            if place < len(topics):
                value_behind("topic", topics[place], shown, BEHIND[behind])
    return rows
