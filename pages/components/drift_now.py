"""What is going on: the sentence, what is recommended, and the charts of one signal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from core.drift.model import Level, start_of
from core.drift.records import DriftReport
from core.drift.service import DriftState, SignalState
from core.releases.service import Move
from core.setting_values import DriftRules
from pages.components.drift_charts import (
    evidence_over_time,
    rate_beside_usual,
    show_chart,
    similarity_over_time,
    span_hours,
)
from pages.components.marks import Mark
from pages.components.text import plain_label, safe_markdown

COLOURS: dict[Level, Literal["blue", "gray", "green", "orange", "red"]] = {
    Level.NO_DATA: "gray", Level.CALM: "green", Level.WATCH: "blue", Level.DRIFT: "orange", Level.CONFIRMED: "red",
    Level.CRITICAL: "red",
}  # fmt: skip
ICONS = {
    Level.NO_DATA: "hourglass_empty", Level.CALM: "check_circle", Level.WATCH: "visibility", Level.DRIFT: "trending_up",
    Level.CONFIRMED: "warning", Level.CRITICAL: "emergency_home",
}  # fmt: skip


def show_banner(state: DriftState) -> None:
    """Say in plain words what is going on, and what follows."""
    worst = max((one.finding.level for one in state.signals), key=lambda level: level.rank)
    says = {Level.NO_DATA: st.info, Level.CALM: st.success, Level.WATCH: st.info, Level.DRIFT: st.warning}
    says.get(worst, st.error)(safe_markdown(state.headline), icon=f":material/{ICONS[worst]}:")
    if worst.rank >= Level.DRIFT.rank:
        st.markdown(f"**{safe_markdown(state.advice.words)}** {safe_markdown(state.advice.why)}")
    with st.container(horizontal=True):
        for one in state.signals:
            level = one.finding.level
            st.badge(
                f"{one.finding.signal.plural.capitalize()}: {level.value}",
                icon=f":material/{ICONS[level]}:",
                color=COLOURS[level],
            )


def show_signal(one: SignalState, zone: ZoneInfo, moves: Sequence[Move], rules: DriftRules) -> None:
    """Show a signal's rate beside what is usual, and its evidence against the levels."""
    st.markdown(safe_markdown(one.sentence))
    path = one.path
    if path is None or not path.window.hours:
        st.caption("The charts come once there is a reference with enough data, and an hour after it.")
        return
    marks = _marks(one, moves)
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown(f"**Rate and what is usual**, in steps of {span_hours(path)} hours")
        figure = rate_beside_usual(path, zone, marks)
        show_chart(figure, f"rate-{path.signal}", f"Rate of {path.signal.plural} beside its usual band, over time.")
    with right, st.container(border=True):
        st.markdown("**Evidence of a drift**, as a share of the alarm's", help=HELP)
        figure = evidence_over_time([(path.signal.plural, path)], zone, marks, rules.watch_share)
        show_chart(figure, f"evidence-{path.signal}", "Evidence over time on a log scale, against watch and alarm.")
    _numbers(one)


HELP = (
    "It grows while the rate is above what is usual and shrinks while it is not. At 1 the alarm comes: by chance alone "
    "at most once in 90 days on average, however often anybody looks."
)


def _numbers(one: SignalState) -> None:
    found = one.finding
    if found.rate is None or found.usual is None or found.floor is None:
        return
    with st.container(horizontal=True):
        st.metric("Rate", f"{found.rate:.1%}", border=True, help=f"{found.positives:,} of {found.trials:,}.")
        st.metric("Usual", f"{found.usual:.1%}", border=True, help="What the reference expects of the same hours.")
        st.metric(
            "At least", f"{found.floor:.1%}", border=True, help="One-sided 95 % lower bound of Wilson of the rate."
        )
        if found.evidence is not None and found.alarm_at:
            share = found.evidence / found.alarm_at
            st.metric("Evidence ÷ alarm", f"{share:,.0f}" if share >= 10 else f"{share:.2f}", border=True, help=HELP)


def _marks(one: SignalState, moves: Sequence[Move]) -> list[Mark]:
    path, found = one.path, one.finding
    if path is None:
        return []
    begin = start_of(path.window.since)
    marks = [Mark(move.at, "release", f"Release {move.release_id}", move.channel) for move in moves if move.at >= begin]
    for hour, before, after in path.changes():
        if after.rank > before.rank and after.rank >= Level.DRIFT.rank:
            marks.append(Mark(start_of(hour + 1), "alarm", f"{found.signal.plural}: {after.value}", "Level rose."))
    if found.onset is not None and found.level.rank >= Level.WATCH.rank:
        marks.append(Mark(start_of(found.onset), "refresh", "Estimated beginning", "Where the evidence begins."))
    return marks


def show_similarity(reports: Sequence[DriftReport], zone: ZoneInfo) -> None:
    """Show the live signal beside the topics: how near questions lie to what the cache knows."""
    if sum(bool(one.questions.get("similarity")) for one in reports) < 2:
        return
    with st.container(border=True):
        st.markdown("**How near questions lie to what is known**", help="It falls when people ask about new things.")
        figure = similarity_over_time(reports, zone)
        show_chart(figure, "similarity", "Mean similarity of lookups to the nearest known question, over time.")


def show_topics(state: DriftState, link: Sequence[datetime] | None) -> None:
    """Show the topics that grew, with shares, words and typical questions."""
    report = state.grown_report
    if report is None:
        st.info("The questions of the last days were not compared yet, or there are too few: it takes 300 of the "
                "reference and 100 new ones.", icon=":material/hourglass_empty:")  # fmt: skip
        return
    if not state.grown:
        st.success("Nothing grew beyond its natural wobble.", icon=":material/check_circle:")
        return
    for number, topic in enumerate(state.grown):
        _topic(topic, number)
    if link:
        since, until = link
        st.page_link(
            "product/conversations.py", label="See the conversations of this time", icon=":material/forum:",
            query_params=[("since", since.isoformat()), ("until", until.isoformat())],
        )  # fmt: skip


def _topic(topic: dict[str, object], number: int) -> None:
    name, words, typical = str(topic["name"]), topic["words"], topic["typical"]
    with st.container(border=True, key=f"grown-{number}"):
        st.markdown(f"**{plain_label(name)}**")
        with st.container(horizontal=True):
            st.metric("Share before", f"{_number(topic['share_before']):.1%}")
            st.metric("Share now", f"{_number(topic['share_after']):.1%}")
            st.metric(
                "Grown", f"{_number(topic['lift']):.1f}×", help=f"p = {_number(topic['p_value']):.2g}, corrected."
            )
            st.metric("Misses", _share(topic["missed"]))
            st.metric("Disliked", _share(topic["disliked"]))
        if isinstance(words, list | tuple) and words:
            st.caption(" · ".join(plain_label(str(word)) for word in words))
        if isinstance(typical, list | tuple):
            for question in typical:
                st.markdown(f"- {plain_label(str(question), 200)}")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _share(pair: object) -> str:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not pair[1]:
        return "–"
    return f"{pair[0] / pair[1]:.0%} of {pair[1]}"
