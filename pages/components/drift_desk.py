"""The reference, the alerts and the table of levels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.drift.model import Signal, start_of
from core.errors import CoachError
from pages.components.text import ago, plain_label


def show_reference(services: Services, actor: Actor, zone: ZoneInfo) -> None:
    """Show the window that counts as usual, and let somebody freeze another with a reason."""
    known = services.drift.references(actor)
    if not known:
        st.info("There is no reference yet: it is frozen by itself once there are four weeks of traffic.",
                icon=":material/hourglass_empty:")  # fmt: skip
    else:
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "from": f"{start_of(one.since_hour).astimezone(zone):%d %b %Y, %H:%M}",
                        "to": f"{start_of(one.until_hour).astimezone(zone):%d %b %Y, %H:%M}",
                        "frozen": f"{one.frozen_at.astimezone(zone):%d %b %Y, %H:%M}",
                        "reason": one.reason,
                    }
                    for one in known
                ]
            ),
            hide_index=True,
        )
        st.caption("The first one is in force: what happened in it counts as usual.")
    with st.form("refreeze"):
        st.markdown("**Freeze another window**")
        today = services.clock.now().astimezone(zone).date()
        days = st.date_input("Window, 7 to 90 days that are over", (today - timedelta(days=28), today), max_value=today)
        reason = st.text_input("Reason", max_chars=300, placeholder="Why is this usual now?")
        if st.form_submit_button("Freeze", icon=":material/ac_unit:"):
            if not isinstance(days, tuple) or len(days) != 2:
                st.error("Choose a first and a last day.")
                return
            since, until = (datetime.combine(day, time(), zone) for day in days)
            _do(lambda: services.drift.refreeze(actor, since, until, reason), "The reference is frozen.")


def show_alerts(services: Services, actor: Actor) -> None:
    """Show what was sent and what was not, and send a test."""
    if st.button("Send a test to every channel", icon=":material/send:"):
        try:
            tried = services.drift.test_alerts(actor)
            if not tried:
                st.warning("No channel is set up. Set COACH_ALERT_URLS; docs/drift.md shows how.")
            for one in tried:
                if one.problem:
                    st.error(f"{plain_label(one.channel)}: {plain_label(one.problem, 300)}")
                else:
                    st.success(f"{plain_label(one.channel)}: sent.")
        except CoachError as error:
            st.error(str(error))
    alerts = services.drift.alerts(actor)
    if not alerts:
        st.info("No alert yet. One comes each time a level changes.", icon=":material/notifications:")
        return
    now = services.clock.now()
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "when": ago(one.at, now), "what": one.title, "channel": one.channel or "none", "state": one.state,
                    "tries": one.tries, "problem": one.last_error,
                }
                for one in alerts
            ]
        ),
        hide_index=True,
    )  # fmt: skip
    again = {f"{one.title} · {ago(one.at, now)}": one.id for one in alerts if one.state in ("failed", "unclear")}
    if again:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            label = st.selectbox("Not delivered", list(again), key="undelivered")
            if st.button("Send again", icon=":material/replay:"):
                _do(lambda: services.drift.send_again(actor, again[label]), "It will be sent again.")


def show_levels(services: Services) -> None:
    """Show the table of the levels in force."""
    rows = [
        {"level": row.level.value, "when": row.condition}
        | {f"{signal.plural}: what follows": row.follows[signal] for signal in Signal}
        | {"again after, h": row.cool_down_hours or None}
        for row in services.drift.levels()
    ]
    st.table(pd.DataFrame(rows).set_index("level"))
    st.caption("Every number comes from COACH_DRIFT_RULES. One action at a time; what it did to the rate is checked.")


def _do(change: Callable[[], object], done: str) -> None:
    try:
        change()
        st.success(done)
    except CoachError as error:
        st.error(str(error))
