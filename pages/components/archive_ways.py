"""The ways from an opened turn: back to the list, and to the turns beside it there, over the ends of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.access.model import Actor
from core.conversation.archive import Archive
from core.conversation.archive_model import Place
from pages.components.archive_address import Address, show


def show_ways(archive: Archive, actor: Actor, wanted: Address, at: Place | None) -> None:
    """Show the ways from the turn of an address; `at` is its place in the order, None where it is gone."""
    page = archive.page(actor, wanted.sought, before=wanted.before, after=wanted.after)
    ids = [line.id for line in page.lines]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back to the list", icon=":material/arrow_back:", key="close", on_click=show,
            args=(replace(wanted, turn=""),),
        )  # fmt: skip
        for label, step in (("Previous", -1), ("Next", 1)):
            other = _beside(archive, actor, wanted, at, ids, step) if at else None
            st.button(
                label, key=label.lower(), shortcut=label[0], disabled=other is None, on_click=show, args=(other,)
            )  # fmt: skip
        if wanted.turn in ids:
            st.caption(f"{ids.index(wanted.turn) + 1} of {len(ids)} on this page of the list", width="content")


def _beside(
    archive: Archive, actor: Actor, wanted: Address, at: Place, ids: Sequence[str], step: int
) -> Address | None:
    """Return the address of the turn before (-1) or after (1): on the same page of the list, or on the one beside it.

    A turn that new ones have pushed off its page is found a neighbour by its place, as one at the end of a page is.
    """
    place = ids.index(wanted.turn) + step if wanted.turn in ids else -1
    if 0 <= place < len(ids):
        return replace(wanted, turn=ids[place])
    before, after = (at, None) if step > 0 else (None, at)
    lines = archive.page(actor, wanted.sought, before=before, after=after, limit=1).lines
    return Address(wanted.sought, before, after, lines[0].id) if lines else None
