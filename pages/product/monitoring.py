"""Is it going well, since when, and where not? The product manager's page: one glance, then digging."""

from __future__ import annotations

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.errors import CoachError
from core.monitoring.export import Table
from core.monitoring.figures import Board
from core.monitoring.filters import Dimension
from pages.components import panels
from pages.components.exporting import export_menu
from pages.components.filters import chips, filter_menu, part_bar, time_bar
from pages.components.look import Look
from pages.components.panel import Shown, draw
from pages.components.panels import Panel
from pages.components.period import zone_of
from pages.components.ranking import ranking
from pages.components.reading import reading_of
from pages.components.saved_views import views_menu
from pages.components.selecting import anything_selected
from pages.components.services import the_services
from pages.components.session import Seen, look_at, mirror, page_state, signed_in, the_look, told
from pages.components.standing_out import standing_out
from pages.components.states import failed, freshness, nothing
from pages.components.tiles import show_tiles, tiles_of
from pages.digest import digest

REFRESH_S = 60
SPLIT = (Dimension.RELEASE, Dimension.CHANNEL, Dimension.LANGUAGE)


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor = signed_in(services)
    look = the_look()
    try:
        reading = reading_of(look, services, actor, zone_of(look.zone, st.context.timezone))
        choices = services.monitoring.choices(actor)
    except CoachError as error:
        st.title("Monitoring", anchor=False)
        failed(error)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Monitoring", anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            filter_menu(look, choices, reading.scene, actor.tenant)
            views_menu(services, actor, look)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        time_bar(look, reading.period, reading.scene)
        st.toggle("Refresh each minute", key=mirror("m-live", look.live), on_change=_live_chosen)
    chips(look, reading.scene)
    st.fragment(_watch, run_every=REFRESH_S if look.live else None)(services, actor, look)


def _watch(services: Services, actor: Actor, controls: Look) -> None:
    """Show the figures; by itself each minute where that is wished, around what the person does in the meantime."""
    look = the_look()
    if look.read != controls.read:  # something in here changed what the controls above show
        st.rerun()
    waits = anything_selected()
    try:
        seen = _seen(services, actor, look, hold=waits)
    except CoachError as error:
        failed(error)
        return
    board, now = seen.board, services.clock.now()
    freshness(board.freshness, now, waits=waits and look.live)
    if nothing(board, look, now):
        return
    standing_out(services, actor, look, seen.reading.scene)
    show_tiles(tiles_of(board.series.total, board.before.total if board.before else None))
    part_bar(look)
    shown = Shown(look, seen.reading.period, board.series.steps, seen.reading.scene)
    tables = _part(look, board, shown)
    export_menu(tables, lambda: digest(services, actor, shown.scene.zone), f"{now:%Y-%m-%d}")


def _seen(services: Services, actor: Actor, look: Look, *, hold: bool) -> Seen:
    """Return the board of a look; what was read for it before, where that is to be held."""
    state = page_state()
    if not (hold and state.seen and state.seen.look == look.read):
        reading = reading_of(look, services, actor, zone_of(look.zone, st.context.timezone))
        state.seen = Seen(look.read, reading, services.monitoring.board(actor, reading.view, reading.before))
    return state.seen


def _part(look: Look, board: Board, shown: Shown) -> list[Table]:
    """Draw the open part; return its tables."""
    if look.part == "topics":
        return ranking(board, shown)
    if look.part == "traffic":
        parts = panels.traffic(board, shown.scene)
    elif look.part == "split":
        parts = panels.breakdown(board, shown.scene, SPLIT)
    else:
        parts = panels.overview(board, shown.scene)
    _draw(parts, shown)
    return [panel.table for panel in parts]


def _draw(parts: list[Panel], shown: Shown) -> None:
    with st.grid(2, min_column_width=340, gap="small"):
        for panel in parts:
            draw(panel, shown)


def _live_chosen() -> None:
    look_at(the_look().having(live=bool(told("m-live"))))


main()
