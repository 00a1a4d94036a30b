"""Reports: the list, one of them, its files, and a look back at any range."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.drift.model import Kind, start_of
from core.drift.records import DriftReport
from core.errors import CoachError
from pages.components.text import safe_markdown

SHOWN = 100


def show_reports(services: Services, actor: Actor, zone: ZoneInfo) -> None:
    """Show the newest reports, and the one that is selected."""
    now = services.clock.now()
    kinds = st.pills("Kinds", list(Kind), default=[Kind.DAILY, Kind.WEEKLY, Kind.REPLAY], selection_mode="multi",
                     format_func=lambda kind: kind.value, key="report-kinds")  # fmt: skip
    found = services.drift.reports(actor, now - timedelta(days=120), now, kinds or tuple(Kind), SHOWN)
    if not found:
        st.info("There is no report of these kinds yet. The scheduler makes one each hour, day and week.",
                icon=":material/hourglass_empty:")  # fmt: skip
    else:
        picked = st.dataframe(
            pd.DataFrame([_row(report, zone) for report in found]), hide_index=True, key="reports",
            on_select="rerun", selection_mode="single-row",
        )  # fmt: skip
        rows = picked["selection"]["rows"]
        if rows:
            _report(services, actor, found[rows[0]])
        else:
            st.caption("Select a report to read it whole and to take it with you.")
    _backfill(services, actor, zone)


def _row(report: DriftReport, zone: ZoneInfo) -> dict[str, str]:
    since, until = (
        f"{start_of(hour).astimezone(zone):%d %b %Y, %H:%M}" for hour in (report.since_hour, report.until_hour)
    )
    return {"kind": report.kind, "from": since, "to": until, "level": report.level, "what it says": report.sentence}


def _report(services: Services, actor: Actor, report: DriftReport) -> None:
    with st.container(border=True):
        st.markdown(safe_markdown(report.sentence))
        st.markdown(f"**{safe_markdown(report.advice['words'])}** {safe_markdown(report.advice['why'])}")
        rows = [
            {
                "signal": one["signal"], "level": one["level"], "rate": one["rate"], "usual": one["usual"],
                "at least": one["floor"], "trials": one["trials"],
                "evidence ÷ alarm": one["evidence"] / one["alarm_at"] if one["alarm_at"] else None,
            }
            for one in report.findings
        ]  # fmt: skip
        percent = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, column_config=dict.fromkeys(("rate", "usual", "at least"), percent)
        )
        with st.container(horizontal=True):
            name = f"drift-{report.kind}-{start_of(report.until_hour):%Y-%m-%d-%H}"
            st.download_button("JSON", services.drift.export_json(actor, report.id), f"{name}.json", "application/json",
                               icon=":material/download:", on_click="ignore")  # fmt: skip
            st.download_button("HTML", services.drift.export_html(actor, report.id), f"{name}.html", "text/html",
                               icon=":material/download:", on_click="ignore")  # fmt: skip
        st.caption(f"Inputs {report.inputs_hash[:16]} · reference {report.reference_id or 'none'}")


def _backfill(services: Services, actor: Actor, zone: ZoneInfo) -> None:
    with st.expander("Look back: when would alarms have come?", icon=":material/history:"), st.form("backfill"):
        today = services.clock.now().astimezone(zone).date()
        days = st.date_input("Range", (today - timedelta(days=28), today), max_value=today)
        if st.form_submit_button("Replay"):
            if not isinstance(days, tuple) or len(days) != 2:
                st.error("Choose a first and a last day.")
                return
            try:
                since, until = (datetime.combine(day, time(), zone) for day in days)
                st.info(safe_markdown(services.drift.backfill(actor, since, until).sentence))
            except CoachError as error:
                st.error(str(error))
