"""The filters of the conversations page. The address is what holds; a widget shows it and changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from core.conversation.archive_model import NO_TOPIC, MarkKind, Sought, VoteFilter
from core.conversation.model import Outcome
from core.monitoring.figures import Choices
from pages.components.archive_address import Address, Params, address_of, go_to, params_of
from pages.components.period import zone_of
from pages.components.text import local_time, plain_label

_OUTCOMES = {Outcome.HIT: "cached", Outcome.MISS: "fresh", Outcome.BYPASS: "not shared"}
_VOTES = {VoteFilter.UP: "thumb up", VoteFilter.DOWN: "thumb down", VoteFilter.NONE: "no vote"}
_MARKS = {MarkKind.REGRESSION: "regression set", MarkKind.FINE_TUNING: "fine-tuning"}
_ERRORS = {"any": "ended badly"}
_VERDICTS = {"false": "answers another question"}
_MORE = ("topic", "language", "release", "channel", "actor", "error", "verdict")


def show_filters(shown: Address, choices: Choices, topics: Mapping[str, str]) -> None:
    """Show the filters in force; a change goes into the address and runs the page again.

    Parameters
    ----------
    choices : Choices
        Values to choose from.
    topics : mapping of str to str
        Names of topics by id.
    """
    sought = shown.sought
    words = st.text_input(
        "Search", sought.words, placeholder="Search questions and answers", label_visibility="collapsed",
        icon=":material/search:", key=f"words-{sought.words}", max_chars=200,
    )  # fmt: skip
    now = params_of(sought)
    wanted: Params = {"q": [(words or "").strip()]}
    with st.container(horizontal=True, gap="medium"):
        for name, label, names in (
            ("outcome", "Answered", _OUTCOMES), ("vote", "Vote", _VOTES), ("marked", "Marked", _MARKS),
        ):  # fmt: skip
            wanted[name] = _pills(now.get(name, []), name, label, {str(one): said for one, said in names.items()})
    with st.expander("More filters", icon=":material/tune:", key="more-filters"):
        wanted |= _more(sought, now, choices, topics)
    if shown != Address(Sought()):
        _in_force(sought, now, topics)
    changed = address_of(lambda name: wanted.get(name, [])).sought
    if changed != sought:
        go_to(changed)


def _in_force(sought: Sought, now: Params, topics: Mapping[str, str]) -> None:
    """Say what the folded filters are set to, and offer to clear all."""
    hidden = _asked(sought) + [f"{name}: {', '.join(_said(name, now[name], topics))}" for name in _MORE if name in now]
    with st.container(horizontal=True, vertical_alignment="center"):
        if hidden:
            st.caption(":material/filter_alt: " + " · ".join(hidden), width="content")
        if st.button("Clear all filters", icon=":material/filter_alt_off:", type="tertiary", key="clear"):
            go_to(Sought())


def _pills(now: list[str], name: str, label: str, names: Mapping[str, str]) -> list[str]:
    chosen = st.pills(
        label, list(names), selection_mode="multi", default=[one for one in names if one in now],
        format_func=lambda one: names[one], key=f"{name}-{'-'.join(now)}",
    )  # fmt: skip
    return _same_order(chosen, now)


def _more(sought: Sought, now: Params, choices: Choices, topics: Mapping[str, str]) -> Params:
    names = dict(topics) | {NO_TOPIC: "no topic"}
    wanted: Params = {}
    left, right = st.columns(2)
    with left:
        wanted["topic"] = _several(now, "topic", "Topic", [*choices.topic, NO_TOPIC], names)
        wanted["release"] = _several(now, "release", "Release", choices.release)
        wanted["since"] = _time(now, "since", "Asked from", sought.since)
    with right:
        wanted["language"] = _several(now, "language", "Language", choices.language)
        wanted["channel"] = _several(now, "channel", "Channel", choices.channel)
        wanted["until"] = _time(now, "until", "Asked before", sought.until)
    user = st.text_input(
        "User", sought.actor, placeholder="The digits of a user, such as ab12cd34", key=f"actor-{sought.actor}",
        help="Users are shown by the beginning of their id; names are not kept.", max_chars=40,
    )  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        wanted["error"] = _pills(now.get("error", []), "error", "State", _ERRORS)
        wanted["verdict"] = _pills(now.get("verdict", []), "verdict", "Checked hits", _VERDICTS)
    return wanted | {"actor": [user or ""]}


def _asked(sought: Sought) -> list[str]:
    ends = (("asked from", sought.since), ("asked before", sought.until))
    return [f"{word} {local_time(at)}" for word, at in ends if at]


def _said(name: str, values: Sequence[str], topics: Mapping[str, str]) -> list[str]:
    names = {"topic": topics, "error": _ERRORS, "verdict": _VERDICTS}.get(name, {})
    return [plain_label(names.get(value, value)) for value in values]


def _several(
    now: Params, name: str, label: str, options: Sequence[str], names: Mapping[str, str] | None = None
) -> list[str]:
    chosen_now = now.get(name, [])
    chosen = st.multiselect(
        label, list(dict.fromkeys([*options, *chosen_now])), default=chosen_now, key=f"{name}-{'-'.join(chosen_now)}",
        format_func=lambda one: plain_label((names or {}).get(one, one)), placeholder="All",
    )  # fmt: skip
    return _same_order(chosen, chosen_now)


def _same_order(chosen: Sequence[str], now: list[str]) -> list[str]:
    """Keep the order of the address, so that nothing changes where nothing was clicked."""
    return [*(one for one in now if one in chosen), *(one for one in chosen if one not in now)]


def _time(now: Params, name: str, label: str, at: datetime | None) -> list[str]:
    zone = zone_of("", st.context.timezone)
    plain = at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) if at else None
    chosen = st.datetime_input(f"{label} ({plain_label(zone.key)})", plain, key=f"{name}-{plain}")
    if chosen == plain:  # the widget knows minutes, the address may know more
        return now.get(name, [])
    return [chosen.replace(tzinfo=zone).astimezone(UTC).isoformat()] if chosen else []
