"""What each error budget would have served, with what is known of the false hits."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.semantic_cache.desk import BUDGETS
from core.semantic_cache.desk_model import Budgeted
from pages.components.cache_charts import budget_outlook, draw, similarity_histogram

DAYS = {"24 hours": 1, "7 days": 7, "30 days": 30, "90 days": 90}


def percent(share: float, digits: int = 1) -> str:
    """Return a share in [0, 1] as it is read."""
    return f"{100 * share:.{digits}f} %"


def show_budgets(services: Services, actor: Actor, budget: float) -> None:
    """Show the kept decisions by similarity and by error budget; `budget` is the one in force."""
    span = st.segmented_control(
        "Range", list(DAYS), default="30 days", key="span", label_visibility="collapsed"
    )  # fmt: skip
    days = DAYS[span or "30 days"]
    shares = sorted({*BUDGETS, budget})
    outlook = services.desk.budgets(actor, days, shares)
    if not outlook:
        st.info(
            "No lookup was weighed in this time. Ask in the chat something like a question that was asked before, or "
            "choose a longer range.",
            icon=":material/balance:",
        )
        return
    left, right = st.columns(2)
    with left:
        st.subheader("Right and wrong by similarity", anchor=False)
        bins = services.desk.histogram(actor, days)
        draw(similarity_histogram(bins), "similarity", "Decisions by similarity, and what became known of them")
        st.caption(
            "Where right and wrong overlap, no similarity threshold tells them apart; the cache weighs more than that."
        )
    with right:
        st.subheader("What a budget would serve", anchor=False)
        draw(budget_outlook(outlook), "budgets", "Share served and false hits for each error budget")
        st.caption(_beside(outlook))
    _budget_table(outlook, budget)


def _beside(outlook: Sequence[Budgeted]) -> str:
    if any(one.interval for one in outlook):
        return "Dots above the dotted line break the budget; bars are 95 % intervals."
    return "No judge has looked at a decision by chance yet, so that no false hits are shown beside the budget's line."


def _budget_table(outlook: Sequence[Budgeted], budget: float) -> None:
    st.table(
        [
            {
                "Error budget": percent(one.budget) + (" (in force)" if one.budget == budget else ""),
                "Served if at least": percent(one.required) + " sure",
                "Would have served": f"{one.served:,} of {one.weighed:,} ({percent(one.share)})",
                "False hits believed": percent(one.believed, 2),
                "False hits found": _found(one),
            }
            for one in outlook
        ],
        hide_index=True,
        alt="What each error budget would have served",
    )
    st.caption(
        "Shares of the weighed lookups (at most the newest 5,000), as sure as the cache is of each by now. *Believed* "
        "counts what is known and, of the rest, what the cache thinks. *Found* rests only on decisions that a judge "
        "was given by chance or for being doubtful, each weighted by one over that chance. Questions that were asked "
        "word for word before are not weighed. Set the budget with COACH_CACHE_ERROR_BUDGET."
    )


def _found(one: Budgeted) -> str:
    if one.interval is None or one.found.value is None:
        return "no look yet"
    low, high = one.interval
    return f"{percent(one.found.value * one.share, 2)} (95 %: {100 * low:.2f}–{100 * high:.2f} %)"
