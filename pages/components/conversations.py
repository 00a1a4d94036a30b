"""The list of conversations in the sidebar, and what can be done with the open one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.model import ConversationView
from core.errors import CoachError
from pages.components.session import page_state, show_conversation
from pages.components.text import plain_label

LIST_LENGTH = 8
LIST_HEIGHT = 360
"""Pixels."""


def conversation_list(services: Services, actor: Actor) -> None:
    """Show the actor's conversations, newest first, with a search over titles, questions and answers."""
    st.button(
        "New chat", icon=":material/add_comment:", width="stretch", on_click=show_conversation, args=(None,), key="new"
    )
    words = st.text_input("Search chats", placeholder="Search chats", label_visibility="collapsed", key="search")
    found = services.conversations.listing(actor, words)
    if not found:
        st.caption(f"No chat holds “{plain_label(words)}”." if words.strip() else "Your chats will be listed here.")
    opened = page_state().conversation_id
    # A long list scrolls by itself, so that what stands below it stays in sight.
    listed = st.container(gap=None, height=LIST_HEIGHT if len(found) > LIST_LENGTH else "content", border=False)
    for conversation in found:
        listed.button(
            plain_label(conversation.title, 32),
            key=f"open-{conversation.id}",
            type="secondary" if conversation.id == opened else "tertiary",
            width="stretch",
            on_click=show_conversation,
            args=(conversation.id,),
        )


def conversation_menu(services: Services, actor: Actor, conversation: ConversationView) -> None:
    """Show the title of the open conversation with rename and delete."""
    title, menu = st.columns([0.9, 0.1], vertical_alignment="center")
    title.subheader(plain_label(conversation.title, 100), anchor=False)
    with menu.popover("", icon=":material/more_vert:", help="Rename or delete"):
        with st.form(f"rename-{conversation.id}", border=False):
            new = st.text_input("Title", conversation.title, max_chars=100)
            if st.form_submit_button("Rename", icon=":material/edit:") and _try(
                lambda: services.conversations.rename(actor, conversation.id, new)
            ):
                st.rerun()
        st.divider()
        sure = st.checkbox("Yes, delete it for good", key=f"sure-{conversation.id}")
        if st.button("Delete", icon=":material/delete:", disabled=not sure, key=f"delete-{conversation.id}") and _try(
            lambda: services.conversations.delete(actor, conversation.id)
        ):
            show_conversation(None)
            st.rerun()


def _try(change: Callable[[], None]) -> bool:
    try:
        change()
    except CoachError as error:
        st.error(str(error))
        return False
    return True
