"""The numbers on top of the monitoring page: value, change, and how sure each is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.monitoring.figures import Figures, Latency, comparable
from core.monitoring.model import Rate
from pages.components.charts import vague

UP, DOWN, NEITHER = "up", "down", "neither"
Colour = Literal["normal", "inverse", "off"]
Arrow = Literal["up", "down", "off"]
_ARROWS: dict[str, Arrow] = {"+": "up", "-": "down"}
_COLOURS: dict[str, Colour] = {UP: "normal", DOWN: "inverse", NEITHER: "off"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number. `good` says in which direction it is better; `clear` that its change is more than chance."""

    label: str
    value: str
    change: str = ""
    note: str = ""
    good: str = NEITHER
    clear: bool = True
    help: str = ""


def tiles_of(now: Figures, before: Figures | None) -> list[Tile]:
    """Return the tiles of a period, compared with another one; the most important first."""
    was = comparable(now, before)
    return [
        _rate("Hit rate", now.hit_rate, was.hit_rate, UP, "From the cache, of the questions that may be shared."),
        _rate("False hits", now.false_hit_rate, was.false_hit_rate, DOWN,
              "Hits with another question's answer, of the hits that a judge or a thumb spoke on."),
        _rate("Disliked", now.dislike_rate, was.dislike_rate, DOWN, "Thumbs down, of all turns with a thumb."),
        _rate("With a vote", now.vote_share, was.vote_share, NEITHER, "Turns with a thumb, of all turns."),
        _amount("Saved", now.saved_usd, was.saved_usd, f"spent {dollars(now.cost_usd)}", UP,
                "By the cache: what the hits had cost when their answers were made.", money=True),
        _latency("Cached answer", now.hit_latency, was.hit_latency),
        _latency("Fresh answer", now.miss_latency, was.miss_latency),
        _amount("Turns", now.turns, was.turns, f"{short(now.bypasses)} not shared", NEITHER,
                "Questions with their answers, those that bypass the cache too."),
        _users(now, was),
        _rate("Errors", now.error_rate, was.error_rate, DOWN, "Turns that did not end well, of all turns."),
    ]  # fmt: skip


def show_tiles(tiles: Sequence[Tile]) -> None:
    """Draw the tiles in rows that fit the window: five in a wide one, two on a telephone."""
    with st.container(border=True), st.grid(5, min_column_width=130, gap=("xsmall", "medium")):
        for tile in tiles:
            with st.container(gap=None):
                st.metric(
                    tile.label, tile.value, tile.change or None, delta_color=_colour(tile), help=tile.help or None,
                    delta_arrow=_ARROWS.get(tile.change[:1], "off"),
                )  # fmt: skip
                st.caption(tile.note)  # below: beside the change there is no room for it


def _colour(tile: Tile) -> Colour:
    """Return green for better, red for worse, and grey for what is neither or may be chance."""
    return _COLOURS[tile.good] if tile.clear and tile.change[:1] in ("+", "-") else "off"


def difference(now: Rate, before: Rate) -> tuple[float, float, float] | None:
    """Return by how much a share changed and the 95 % interval of it (Newcombe, 1998, method 10); None without both.

    >>> change, low, high = difference(Rate(56, 70), Rate(48, 80))
    >>> round(change, 3), round(low, 3), round(high, 3)
    (0.2, 0.052, 0.334)
    """
    if now.value is None or before.value is None or now.interval is None or before.interval is None:
        return None
    (low, high), (least, most) = now.interval, before.interval
    change = now.value - before.value
    down = math.hypot(now.value - low, most - before.value)
    up = math.hypot(high - now.value, before.value - least)
    return change, change - down, change + up


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in [0, 1] as a person reads it.

    >>> percent(0.4567), percent(None)
    ('45.7 %', '–')
    """
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def milliseconds(value: float | None) -> str:
    """Return a duration as a person reads it.

    >>> milliseconds(38.2), milliseconds(12_340), milliseconds(None)
    ('38 ms', '12.3 s', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.1f} s"


def dollars(amount: float) -> str:
    """Return US dollars, with cents up to a thousand.

    >>> dollars(0.004), dollars(12.5), dollars(12_345.6)
    ('$0.004', '$12.50', '$12,346')
    """
    if amount and abs(amount) < 0.01:
        return f"${amount:.2g}"
    return f"${amount:,.2f}" if abs(amount) < 1000 else f"${short(amount)}"


def short(number: float) -> str:
    """Return a number in whole ones, or in millions where it would not fit into a tile.

    >>> short(999_999), short(10_000_000), short(2_345_678_901)
    ('999,999', '10.0 M', '2,345.7 M')
    """
    return f"{number:,.0f}" if abs(number) < 1e6 else f"{number / 1e6:,.1f} M"


def _rate(label: str, now: Rate, before: Rate, good: str, says: str) -> Tile:
    if now.interval is None:
        return Tile(label, "–", note="nothing to count yet", good=good, help=says)
    interval = f"{100 * now.interval[0]:.1f}–{100 * now.interval[1]:.1f} % of {short(now.trials)}"
    if vague(now):
        return Tile(label, percent(now.value, 0), note=f"too few to say: {interval}", good=good, help=says)
    changed = difference(now, before)
    if changed is None or vague(before):
        return Tile(label, percent(now.value), note=interval, good=good, help=says)
    change, low, high = changed
    told = f"{says} The change is from {percent(before.value)}, by {100 * low:+.1f} to {100 * high:+.1f} points (95 %)."
    return Tile(label, percent(now.value), _signed(100 * change, "pts"), interval, good, not low < 0 < high, told)


def _amount(label: str, now: float, before: float, note: str, good: str, says: str, *, money: bool = False) -> Tile:
    value = dollars(now) if money else short(now)
    change = _signed(100 * (now / before - 1), "%") if before else ""
    return Tile(label, value, change, note, good, help=says)


def _latency(label: str, now: Latency, before: Latency) -> Tile:
    says = (
        "Time to the whole answer: half of them took no longer than this; of 100, 95 and 99 no longer than the others."
    )
    if now.p50_ms is None:
        return Tile(label, "–", note="none yet", good=DOWN, help=says)
    change = _signed(100 * (now.p50_ms / before.p50_ms - 1), "%") if before.p50_ms else ""
    note = f"p95 {milliseconds(now.p95_ms)} · p99 {milliseconds(now.p99_ms)}"
    return Tile(label, milliseconds(now.p50_ms), change, note, DOWN, help=says)


def _users(now: Figures, was: Figures) -> Tile:
    if now.users is None:
        return Tile("Users", "–", note="not counted below several filters")
    each = f"{now.turns / now.users:,.1f} turns each" if now.users else ""
    return _amount("Users", now.users, was.users or 0, each, NEITHER, "People who asked, within 5 %.")


def _signed(value: float, unit: str) -> str:
    """Return a change with its sign; the ASCII minus, by which Streamlit knows a fall."""
    digits = 1 if abs(value) < 100 else 0
    text = f"{abs(value):,.{digits}f}"
    if not float(text.replace(",", "")):
        return f"±0 {unit}"
    return f"{'+' if value > 0 else '-'}{text} {unit}"
