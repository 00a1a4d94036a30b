"""What the cache holds and how well it decides; bad answers are taken out here, and back."""

from __future__ import annotations

import streamlit as st

from core.errors import CoachError
from core.semantic_cache.desk_model import Summary
from core.semantic_cache.model import Standing
from pages.components.cache_budget import percent, show_budgets
from pages.components.cache_list import show_entries
from pages.components.services import the_services
from pages.components.session import signed_in

VIEWS = ("Entries", "Error budget")


def _bounds(interval: tuple[float, float] | None) -> str:
    return "no look yet" if interval is None else f"95 %: {100 * interval[0]:.1f}–{100 * interval[1]:.1f} %"


def _numbers(summary: Summary) -> None:
    standing, found = summary.standing, summary.false_rate
    with st.container(horizontal=True):
        _metric(
            "Shared entries", f"{standing.get(Standing.SHARED, 0):,}",
            f"{standing.get(Standing.QUARANTINED, 0):,} quarantined",
            "Served to everybody in their release and language. "
            f"{standing.get(Standing.PENDING, 0):,} more wait for a second user or a judge.",
        )  # fmt: skip
        _metric(
            "Hits, 7 days", f"{summary.hits:,}", f"{summary.passed:,} of {summary.weighed:,} weighed",
            "Answers from the cache. Of the questions that were not asked word for word before, the cache weighs "
            "whether the nearest entry answers them.",
        )  # fmt: skip
        _metric(
            "False hits, 30 days", "–" if found is None else percent(found), _bounds(summary.false_interval),
            "Weighed lookups that were answered with an answer to another question, estimated from "
            f"{summary.false_hits.draws:,.0f} random looks of a judge.",
        )  # fmt: skip
        _metric(
            "Error budget", f"{100 * summary.budget:g} %", f"{summary.labelled:,} labelled",
            "At most this share of the weighed lookups may be false hits. The cache learns from labelled decisions: "
            "those that became known by a judge or by thumbs.",
        )  # fmt: skip
        _metric(
            "Verdicts, 24 h", f"{summary.judged:,}", f"at most {summary.may_judge:,}",
            "Verdicts that were paid for, of those that may be (COACH_CACHE_JUDGE_PER_DAY). The embedded judge is "
            "free.",
        )  # fmt: skip


def _metric(label: str, value: str, beside: str, explained: str) -> None:
    st.metric(label, value, beside, delta_color="off", delta_arrow="off", border=True, help=explained)


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor = signed_in(services)
    st.title("Cache", anchor=False)
    try:
        summary = services.desk.summary(actor)
        _numbers(summary)
        view = st.segmented_control(
            "View", list(VIEWS), default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed"
        )
        if view == VIEWS[1]:
            show_budgets(services, actor, summary.budget)
        else:
            show_entries(services, actor)
    except CoachError as error:
        st.error(str(error))


main()
