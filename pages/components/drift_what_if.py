"""What another rule would have said on the real history."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.drift.backfill import Other
from core.drift.detectors.rules import Cusum, DailyRate, WilsonRule
from core.drift.model import Level, Signal, start_of
from core.drift.replay import Path
from core.drift.service import SignalState
from pages.components.drift_charts import evidence_over_time, show_chart

MARGIN, NULL, LEGACY, WILSON, CUSUM = (
    "another margin", "above a fixed rate", "legacy rule: rate of a day", "Wilson bound of a day", "CUSUM",
)  # fmt: skip
RULES = (LEGACY, NULL, MARGIN, WILSON, CUSUM)


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule said: how often it rang, when first, and how long in all."""

    rule: str
    alarms: int
    first: str
    hours: int


def show_what_if(services: Services, actor: Actor, one: SignalState, zone: ZoneInfo) -> None:
    """Let somebody choose another rule, and show it beside the product's own."""
    st.caption("The same history, judged by another rule. Nothing is changed, and nobody is told.")
    if one.path is None:
        st.info("There is no reference with enough data yet.", icon=":material/hourglass_empty:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule = st.selectbox("Rule", RULES, key="what-if", bind="query-params")
        other = _other(rule)
    with st.spinner("Replaying …"):
        path = services.drift.what_if(actor, one.finding.signal, other)
    if path is None:
        return
    paths = [("this product's", one.path), (rule, path)]
    show_chart(
        evidence_over_time(paths, zone, [], None), "what-if-chart", "Evidence of both rules over time, on a log scale."
    )
    rows = [_told(name, each, zone) for name, each in paths]
    st.dataframe(
        pd.DataFrame(
            {
                "rule": [row.rule for row in rows],
                "alarms": [row.alarms for row in rows],
                "first alarm": [row.first for row in rows],
                "hours in alarm": [row.hours for row in rows],
            }
        ),
        hide_index=True,
    )


def _other(rule: str) -> Other:
    if rule == MARGIN:
        margin = st.number_input("Margin, in log-odds", 0.0, 3.0, 0.4, 0.05, key="what-if-margin")
        return Other(margin=float(margin))
    if rule == CUSUM:
        return Other(make=Cusum)
    percent = st.number_input("Rate, %", 1.0, 99.0, 30.0, 1.0, key="what-if-rate")
    share = float(percent) / 100
    if rule == NULL:
        return Other(null=share)
    return Other(make=lambda: (DailyRate if rule == LEGACY else WilsonRule)(share))


def _told(name: str, path: Path, zone: ZoneInfo) -> Told:
    rings = [at for at in range(len(path.alarms)) if path.alarms[at] and (at == 0 or not path.alarms[at - 1])]
    first = f"{start_of(path.window.since + rings[0] + 1).astimezone(zone):%d %b %Y, %H:%M}" if rings else "never"
    return Told(name, len(rings), first, int(path.alarms.sum()))


def chosen(signals: tuple[SignalState, ...], signal: Signal) -> SignalState:
    """Return the state of a signal."""
    return next(one for one in signals if one.finding.signal is signal)


def worst(signals: tuple[SignalState, ...]) -> Signal:
    """Return the signal at the highest level, the first one if all are equal."""
    return max(signals, key=lambda one: (one.finding.level.rank, one.finding.level is not Level.NO_DATA)).finding.signal
