"""The menu of saved views of the monitoring page."""

from __future__ import annotations

import streamlit as st

from core.access.model import Actor, Role
from core.bootstrap import Services
from core.errors import CoachError
from core.monitoring.views import LONGEST_NAME, NamedView
from pages.components.look import Look, address_of, look_from
from pages.components.session import look_at
from pages.components.text import plain_label


def views_menu(services: Services, actor: Actor, look: Look) -> None:
    """Show the saved views: open, delete, and save what is on screen."""
    with st.popover("Views", icon=":material/bookmark:", help="Saved views"):
        views = services.views.listing(actor)
        if not views:
            st.caption("Save what you look at under a name, and find it here again.")
        with st.container(gap=None, height=260 if len(views) > 6 else "content", border=False):
            for view in views:
                _row(services, actor, view)
        with st.form("save-view", border=False, clear_on_submit=True):
            name = st.text_input("Save this view as", max_chars=LONGEST_NAME, placeholder="Nutrition, 30 days")
            shared = st.checkbox("Show it to my colleagues")
            if st.form_submit_button("Save", icon=":material/bookmark_add:"):
                _save(services, actor, name, look, shared)
        st.caption("The address of this page holds the whole view: copy it to send it to a colleague.")


def _row(services: Services, actor: Actor, view: NamedView) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        whose = f" · {plain_label(view.owner, 30)}" if view.owner else " · shared" if view.shared else ""
        st.button(
            f"{plain_label(view.name)}{whose}", key=f"view-{view.id}", type="tertiary", width="stretch",
            on_click=look_at, args=(look_from(view.query),),
        )  # fmt: skip
        may_delete = not view.owner or actor.role >= Role.ADMIN
        if may_delete and st.button(
            "",
            icon=":material/delete:",
            key=f"forget-{view.id}",
            type="tertiary",
            help=f"Delete {plain_label(view.name)}",
        ):
            try:
                services.views.delete(actor, view.id)
            except CoachError as error:
                st.error(str(error))
            else:
                st.rerun()


def _save(services: Services, actor: Actor, name: str, look: Look, shared: bool) -> None:
    try:
        services.views.save(actor, name, address_of(look), shared=shared)
    except CoachError as error:
        st.error(str(error))
    else:
        st.rerun()
