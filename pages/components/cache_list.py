"""The entries of the cache, filtered and searched; the chosen one is in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.semantic_cache.desk_model import EntryRow, Filter
from pages.components.cache_entry import show_entry
from pages.components.text import ago, plain_label

LISTED = 100
_EMPTY = {
    Filter.ALL: "The cache is empty. Ask a question in the chat: its answer is kept if it may be shared.",
    Filter.MOST_SERVED: "No entry was served yet. Ask a question in the chat twice.",
    Filter.WORST_LIKED: "No entry has a thumb down. Thumbs stand below each answer in the chat.",
    Filter.QUARANTINED: "Nothing is quarantined. Open an entry to take it out of service.",
    Filter.PENDING: "No entry waits for a second user or a judge. Choose another filter.",
    Filter.STALE: "Every entry is fresh and quotes the library as it is. Choose another filter.",
    Filter.RETIRED: "Nothing was deleted. Open an entry to delete it; that can be undone.",
}


def _close() -> None:
    st.query_params.pop("entry", None)


def show_entries(services: Services, actor: Actor) -> None:
    """Show the list with filters and search, and below it the entry that is chosen or in the address."""
    only = st.segmented_control(
        "Filter", list(Filter), default=Filter.ALL, format_func=str.capitalize, key="filter",
        label_visibility="collapsed", on_change=_close,
    )  # fmt: skip
    words = st.text_input(
        "Search", placeholder="Search questions and answers", label_visibility="collapsed", key="entry-search"
    )
    found = services.desk.entries(actor, only or Filter.ALL, words, LISTED)
    if found:
        _table(services, found)
    elif words.strip():
        st.info(f"No entry here holds “{plain_label(words)}”. Try fewer words or another filter.")
    else:
        st.info(_EMPTY[only or Filter.ALL], icon=":material/inbox:")
    if opened := st.query_params.get("entry"):
        show_entry(services, actor, opened)


def _table(services: Services, found: Sequence[EntryRow]) -> None:
    now = services.clock.now()
    priced = any(row.saved_usd is not None for row in found)
    rows = [
        {
            "Question": row.question,
            "Standing": row.standing.value + (", sources changed" if row.outdated else ""),
            "Served": row.served,
            "Liked": row.liked,
            "Disliked": row.disliked,
            "Made": ago(row.created_at, now),
            "Expires": row.expires_at,
            **({"Saved": row.saved_usd} if priced else {}),
            "Release": row.release[:6],
        }
        for row in found
    ]
    # A list of other entries is another table, so that a chosen row never comes to stand for another entry.
    chosen = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="single-row",
        height=min(420, 38 + 35 * len(rows)), key=f"entries-{hash(tuple(row.id for row in found))}",
        column_config={
            "Question": st.column_config.TextColumn(width=280),
            "Standing": st.column_config.TextColumn(width=100),
            "Expires": st.column_config.DateColumn(format="D MMM YYYY"),
            "Saved": st.column_config.NumberColumn(format="$%.4f", help="Served × the price of the answer."),
        },
        alt="Entries of the cache; choose a row to open one",
    ).selection.rows  # fmt: skip
    if chosen:
        st.query_params["entry"] = found[chosen[0]].id
    more = f" The first {LISTED} are listed; search for others." if len(found) == LISTED else ""
    st.caption(f"Choose a row to see its history and what you can do with it.{more}")
