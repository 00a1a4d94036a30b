"""Has what people ask, or what they get, drifted? The evidence, its explanation, and what follows."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.drift.model import Kind, Signal, start_of
from core.drift.service import DriftState
from core.errors import CoachError
from pages.components.drift_desk import show_alerts, show_levels, show_reference
from pages.components.drift_now import show_banner, show_signal, show_similarity, show_topics
from pages.components.drift_reports import show_reports
from pages.components.drift_what_if import chosen, show_what_if, worst
from pages.components.services import the_services
from pages.components.session import signed_in

NAMES = {one.plural.capitalize(): one for one in Signal}
PARTS = ("Evidence", "Topics", "What if", "Reports", "Reference", "Alerts", "Levels")


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def _part(services: Services, actor: Actor, state: DriftState, part: str, zone: ZoneInfo) -> None:
    if part in ("Evidence", "What if"):
        signal = st.segmented_control(
            "Signal", list(NAMES), default=worst(state.signals).plural.capitalize(), key="signal",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        one = chosen(state.signals, NAMES[signal] if signal else worst(state.signals))
        if part == "What if":
            show_what_if(services, actor, one, zone)
            return
        moves = services.releases.moves(actor, services.clock.now() - timedelta(days=120))
        show_signal(one, zone, moves, services.settings.drift_rules)
    elif part == "Topics":
        report = state.grown_report
        show_topics(state, [start_of(report.since_hour), start_of(report.until_hour)] if report else None)
        now, kinds = services.clock.now(), (Kind.DAILY, Kind.WEEKLY)
        show_similarity(services.drift.reports(actor, now - timedelta(days=120), now, kinds), zone)
    elif part == "Reports":
        show_reports(services, actor, zone)
    elif part == "Reference":
        show_reference(services, actor, zone)
    elif part == "Alerts":
        show_alerts(services, actor)
    else:
        show_levels(services)


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor, zone = signed_in(services), _zone()
    st.title("Drift", anchor=False)
    try:
        with st.spinner("Looking at the evidence …"):
            state = services.drift.state(actor, zone)
        show_banner(state)
        part = st.segmented_control(
            "Part", PARTS, default=PARTS[0], key="part", bind="query-params", label_visibility="collapsed"
        )
        _part(services, actor, state, part or PARTS[0], zone)
    except CoachError as error:
        st.error(str(error), icon=":material/error:")


main()
