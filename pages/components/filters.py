"""The controls above the monitoring page. Each shows what the address says, and writes it there when it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.monitoring.figures import Choices
from core.monitoring.filters import Dimension
from pages.components.look import COMPARISONS, FILTERS, FORMS, GRAINS, NONE, PARTS, SPANS, Look, zone_names
from pages.components.panels import Scene, label_of
from pages.components.period import Period
from pages.components.session import look_at, mirror, the_look, told
from pages.components.text import plain_label


def time_bar(look: Look, period: Period, scene: Scene) -> None:
    """Show the range, and the dates where they are chosen."""
    st.segmented_control(
        "Range", list(SPANS), format_func=SPANS.__getitem__, key=mirror("m-span", look.span),
        label_visibility="collapsed", on_change=_span_chosen, args=(period, scene), wrap=True,
    )  # fmt: skip
    if look.span == "dates":
        if len(told("m-dates") or ()) != 1:  # the first of two dates is chosen and waits for the other
            mirror("m-dates", (look.first, look.last))
        st.date_input("Dates", key="m-dates", label_visibility="collapsed", on_change=_dates_chosen, width=230)


def filter_menu(look: Look, choices: Choices, scene: Scene, tenant: str) -> None:
    """Show the menu with filters, comparison, grain and time zone; its label counts the filters."""
    count = f" ({look.filtered})" if look.filtered else ""
    with st.popover(f"Filters{count}", icon=":material/tune:", type="primary" if count else "secondary"):
        for name in FILTERS:
            chosen, known = getattr(look, name), getattr(choices, name)
            options = list(dict.fromkeys([*(value or NONE for value in known), *chosen]))
            st.multiselect(
                name.capitalize(), options, key=mirror(f"m-{name}", list(chosen)), placeholder="All",
                format_func=partial(filter_label, scene, name),
                on_change=_chosen, args=(name,),
            )  # fmt: skip
        st.selectbox("Tenant", [tenant], disabled=True, help="You see your own tenant.")
        _choice("compare", "Compare with", look.compare, COMPARISONS)
        _choice("grain", "Each point is one", look.grain, GRAINS)
        zones = dict.fromkeys(("", *zone_names()))
        here = f"This browser’s ({scene.zone.key if not look.zone else st.context.timezone or 'UTC'})"
        _choice("zone", "Time zone", look.zone, {zone: zone or here for zone in zones})


def part_bar(look: Look) -> None:
    """Show which part of the page is open, and whether as charts or as tables."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for name, label, choices in (("part", "Part", PARTS), ("form", "Form", FORMS)):
            st.segmented_control(
                label, list(choices), format_func=choices.__getitem__, key=mirror(f"m-{name}", getattr(look, name)),
                label_visibility="collapsed", on_change=_chosen, args=(name,), wrap=True,
            )  # fmt: skip


def chips(look: Look, scene: Scene) -> None:
    """Say which filters are on, with a button that takes each away."""
    if not look.filtered:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name in FILTERS:
            if values := getattr(look, name):
                shown = ", ".join(filter_label(scene, name, value) for value in values[:3])
                more = f" and {len(values) - 3} more" if len(values) > 3 else ""
                st.button(
                    f"{name}: {plain_label(shown, 80)}{more}", icon=":material/close:", key=f"m-without-{name}",
                    help="Take this filter away", on_click=_without, args=(name,),
                )  # fmt: skip
        if look.filtered > 1:
            st.button("Clear all", type="tertiary", key="m-clear", on_click=lambda: look_at(the_look().unfiltered()))


def filter_label(scene: Scene, name: str, value: str) -> str:
    """Return what a person calls a value of a filter."""
    if name == "outcome":
        return {"hit": "cached", "miss": "fresh", "bypass": "not shared"}.get(value, value)
    return label_of(Dimension(name), "" if value == NONE else value, scene)


def _choice(name: str, label: str, value: str, choices: Mapping[str, str]) -> None:
    st.selectbox(
        label, list(choices), format_func=choices.__getitem__, key=mirror(f"m-{name}", value), on_change=_chosen,
        args=(name,),
    )  # fmt: skip


def _chosen(name: str) -> None:
    value: Any = told(f"m-{name}")
    if value is not None:  # a control that was switched off stays as it was
        look_at(the_look().having(**{name: tuple(value) if isinstance(value, list) else value}))


def _span_chosen(period: Period, scene: Scene) -> None:
    span = told("m-span")
    if span is None:
        return
    look = the_look().having(span=span)
    if span == "dates":
        look = dated(look, period, scene)
    look_at(look)


def dated(look: Look, period: Period, scene: Scene) -> Look:
    """Return the look at the dates of a period."""
    first, last = period.since.astimezone(scene.zone), period.until.astimezone(scene.zone)
    last_day = last.date() if (last.hour, last.minute) != (0, 0) else last.date().fromordinal(last.toordinal() - 1)
    return look.having(span="dates", first=first.date(), last=max(first.date(), last_day))


def _dates_chosen() -> None:
    dates = told("m-dates")
    if isinstance(dates, tuple) and len(dates) == 2:
        look_at(the_look().having(span="dates", first=dates[0], last=dates[1]))


def _without(name: str) -> None:
    look_at(the_look().having(**{name: ()}))
