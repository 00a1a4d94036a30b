"""Is it going well? Hits, thumbs and latency over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from core.errors import CoachError
from core.monitoring.model import Bucket, Overview, Rate
from core.releases.service import Move
from pages.components.charts import BLUE, GREEN, GREY, RED, latency_over_time, rate_over_time, show, stacked
from pages.components.services import the_services
from pages.components.session import signed_in

RANGES = {"24 hours": (1, 1), "7 days": (7, 24), "30 days": (30, 24), "90 days": (90, 24)}


def _percent(rate: Rate) -> str:
    return "–" if rate.value is None else f"{100 * rate.value:.0f} %"


def _interval(rate: Rate) -> str:
    if rate.interval is None:
        return "no data yet"
    return f"95 %: {100 * rate.interval[0]:.0f}–{100 * rate.interval[1]:.0f} % of {rate.trials:,}"


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"


def _numbers(total: Bucket, questions: int) -> None:
    with st.container(horizontal=True):
        st.metric(
            "Questions", f"{questions:,}", border=True, help="Answered in the range, those that bypassed the cache too."
        )
        st.metric(
            "Answered from cache", _percent(total.hit_rate), _interval(total.hit_rate), delta_color="off",
            delta_arrow="off", border=True, help="Hits among the questions that may be shared.",
        )  # fmt: skip
        st.metric(
            "Disliked", _percent(total.dislike_rate), _interval(total.dislike_rate), delta_color="off",
            delta_arrow="off", border=True, help="Thumbs down among all thumbs.",
        )  # fmt: skip
        st.metric(
            "Cached answer", _milliseconds(total.hit_p50_ms), border=True, help="Median time to the whole answer."
        )
        st.metric(
            "Fresh answer", _milliseconds(total.miss_p50_ms), border=True, help="Median time to the whole answer."
        )


def _charts(overview: Overview, until: datetime, moves: Sequence[Move]) -> None:
    total, buckets = overview.total, overview.buckets
    since = buckets[0].start
    left, right = st.columns(2)
    with left:
        st.subheader("How questions were answered", anchor=False)
        parts = {
            "cached": (BLUE, lambda b: b.hits),
            "fresh": (GREEN, lambda b: b.misses),
            "not shared": (GREY, lambda b: b.bypasses),
        }
        show(stacked(buckets, parts, "questions"), since, until, moves, "outcomes")
        st.subheader("Answered from cache", anchor=False)
        show(rate_over_time(buckets, lambda b: b.hit_rate, "hit rate", BLUE), since, until, moves, "hit-rate")
    with right:
        st.subheader("Thumbs", anchor=False)
        if total.dislike_rate.trials:
            thumbs = {"up": (GREEN, lambda b: b.ups), "down": (RED, lambda b: b.downs)}
            show(stacked(buckets, thumbs, "thumbs"), since, until, moves, "thumbs")
        else:
            st.info("Nobody voted in this time. Thumbs stand below each answer in the chat.")
        st.subheader("Time to the whole answer", anchor=False)
        show(latency_over_time(buckets), since, until, moves, "latency")
    st.caption(
        f"Times in UTC. Bars on rates are 95 % intervals. Latencies come from the newest {overview.sampled:,} turns. "
        "Dotted lines mark a new release."
    )


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor = signed_in(services)
    st.title("Monitoring", anchor=False)
    chosen = st.segmented_control(
        "Range", list(RANGES), default="7 days", key="range", bind="query-params", label_visibility="collapsed"
    )
    days, hours = RANGES[chosen or "7 days"]
    now = services.clock.now()
    try:
        overview = services.monitoring.overview(actor, now - timedelta(days=days), now, hours=hours)
        moves = services.releases.moves(actor, now - timedelta(days=days))
    except CoachError as error:
        st.error(str(error))
        return
    total = overview.total
    questions = total.hits + total.misses + total.bypasses
    if not questions:
        st.info(
            "No question was asked in this time. Ask one in the chat, or choose a longer range.", icon=":material/chat:"
        )
        st.page_link("trainer/chat.py", label="Go to the chat", icon=":material/chat:")
        return
    _numbers(total, questions)
    _charts(overview, now, moves)


main()
