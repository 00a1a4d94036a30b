"""Lets a click select a point in a chart in which a drag selects a range.

Plotly can do both at once; Streamlit (1.67) switches the click off wherever a drag selects, in the browser, so that no
option of the figure helps. A small script of this page switches it on again for the chart that is touched. Without it a
drag works as before.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function ({ data }) {
  const both = ({ target }) => {
    const plot = target.closest?.(`.st-key-${data} .js-plotly-plot`);
    if (plot?._fullLayout?.dragmode === "select") plot._fullLayout.clickmode = "event+select";
  };
  const kinds = ["mousedown", "touchstart"];
  for (const kind of kinds) document.addEventListener(kind, both, { capture: true, passive: true });
  return () => { for (const kind of kinds) document.removeEventListener(kind, both, true); };
}
"""
_clicks = st.components.v2.component("coach_clicks", js=_SCRIPT)


def clicks_select(key: str) -> None:
    """Let a click select in the chart of a key, whose layout has the dragmode "select"."""
    _clicks(key=f"clicks-{key}", data=key, height=0)
