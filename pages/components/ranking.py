"""Which topics miss and which are disliked, the surely worst first, and the way to their conversations."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.monitoring.export import Table
from core.monitoring.figures import Board, Figures
from core.monitoring.filters import Dimension
from core.monitoring.model import Rate
from pages.components.panel import BEHIND, HEIGHT, Shown, draw, value_behind
from pages.components.panels import FEWEST_TRIALS, RANKED_OF, breakdown, missing, ranked
from pages.components.selecting import rows_selected

_COLUMNS = {
    "topic": st.column_config.TextColumn("topic", width=104),
    "rate": st.column_config.TextColumn("rate (95 %)", width=94),
}


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
    table, topics = ranked(board, shown.scene, worst, name)
    among = RANKED_OF[name]
    with st.container(border=True):
        st.markdown(
            f"**{title}**",
            help=f"Topics with {FEWEST_TRIALS} {among} or more. Choose a row to see its conversations.",
        )
        if not topics:
            st.caption(f"No topic has {FEWEST_TRIALS} {among} to tell from in this time. Choose a longer range.")
            return table
        st.caption(f"By the lower end of the 95 % interval, so that a few {among} put no topic on top.")
        key = f"rank-{name}"
        st.dataframe(
            readable(table, name), hide_index=True, height=HEIGHT, on_select="rerun", selection_mode="single-row",
            key=key, alt=f"{title}, the surely worst first",
            column_config=_COLUMNS | {name: st.column_config.TextColumn(f"{name} / {among}", width=98)},
        )  # fmt: skip
        for place in rows_selected(key)[:1]:
            if place < len(topics):
                value_behind("topic", topics[place], shown, BEHIND[behind])
    return table


def readable(table: Table, name: str) -> pd.DataFrame:
    """Return a ranked table as a person reads it: the topic, its rate with the interval, and how many of how many."""
    frame = pd.DataFrame.from_records(list(table.rows), columns=["topic", "count", "trials", "rate", "low", "high"])
    rows = [
        (one.topic, _with_interval(one.rate, one.low, one.high), f"{one.count:,} / {one.trials:,}")
        for one in frame.itertuples()
    ]
    return pd.DataFrame.from_records(rows, columns=["topic", "rate", name])


def _with_interval(rate: float, low: float, high: float) -> str:
    return f"{100 * rate:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
