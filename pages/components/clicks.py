"""Tells which point of a chart was clicked where a drag selects a range.

Plotly tells of both; Streamlit (1.67) takes only the drag from it then, and no option of a figure changes that. This
component listens to the chart beside it: a click is the selection until the next drag or double click.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.components.session import told

_SCRIPT = """
export default function ({ data, setStateValue }) {
  let plot = null;
  const none = () => setStateValue("click", null);
  const heard = {
    plotly_click: ({ points, event }) =>
      event.detail > 1 ? none() : setStateValue("click", { of: data.of, place: points[points.length - 1].pointIndex }),
    plotly_selected: (range) => range && none(),
    plotly_doubleclick: none,
  };
  const each = (what) => Object.entries(heard).forEach(([event, then]) => plot?.[what]?.(event, then));
  const listen = () => {
    const shown = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (shown === plot) return;
    each("removeListener");
    plot = shown;
    each("on");
  };
  const touched = ["pointerdown", "mousedown", "touchstart"];
  touched.forEach((event) => document.addEventListener(event, listen, { capture: true, passive: true }));
  return () => {
    touched.forEach((event) => document.removeEventListener(event, listen, true));
    each("removeListener");
  };
}
"""
_clicks = st.components.v2.component("coach_clicks", js=_SCRIPT)
PREFIX = "clicks-"


def listen_to(chart: str, of: str) -> None:
    """Listen to the chart of a key; `of` names what it shows, so that a click counts for nothing else."""
    _clicks(key=PREFIX + chart, data={"chart": chart, "of": of}, height=0, on_click_change=_taken)


def clicked(chart: str, of: str) -> int | None:
    """Return the place of the point that was clicked last in a chart that shows the same; None without one."""
    state: Any = told(PREFIX + chart)
    click = state.get("click") if state else None
    return int(click["place"]) if click and click["of"] == of else None


def _taken() -> None:
    """Do nothing more: that the page runs again is all."""
