"""Which turns were they? Everybody's conversations, searched and filtered, each turn with its whole story."""

from __future__ import annotations

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.archive_model import Chat, Place, Sought
from core.errors import CoachError, NotFoundError
from pages.components.archive_address import Address, address
from pages.components.archive_chat import show_chat
from pages.components.archive_filters import show_filters
from pages.components.archive_list import show_list
from pages.components.archive_ways import show_ways
from pages.components.services import the_services
from pages.components.session import signed_in


def main() -> None:
    """Lay out the page: the list, or in its place the conversation that is open."""
    services = the_services()
    actor = signed_in(services)
    wanted = address()
    st.title("Conversations", anchor=False)
    try:
        if wanted.turn:
            _opened(services, actor, wanted)
        elif wanted.sought == Sought() and not services.archive.any_turn(actor):
            st.info("Nobody has asked anything yet. Each question that is asked in the chat is listed here.",
                    icon=":material/chat:")  # fmt: skip
            st.page_link("trainer/chat.py", label="Go to the chat", icon=":material/chat:")
        else:
            _listed(services, actor, wanted)
    except CoachError as error:
        st.error(str(error), icon=":material/error:")


def _opened(services: Services, actor: Actor, wanted: Address) -> None:
    try:
        chat = services.archive.open(actor, wanted.turn)
    except NotFoundError as error:
        show_ways(services.archive, actor, wanted, None)
        st.warning(str(error), icon=":material/search_off:")
        return
    show_ways(services.archive, actor, wanted, _place(chat, wanted.turn))
    show_chat(services, actor, chat, wanted.turn, services.archive.topics(actor))


def _place(chat: Chat, turn_id: str) -> Place | None:
    return next((Place(told.line.asked_at, turn_id) for told in chat.turns if told.line.id == turn_id), None)


def _listed(services: Services, actor: Actor, wanted: Address) -> None:
    topics = services.archive.topics(actor)
    show_filters(wanted, services.monitoring.choices(actor), topics)
    page = services.archive.page(actor, wanted.sought, before=wanted.before, after=wanted.after)
    if page.lines:
        many = page.newer or page.older
        count = services.archive.count(actor, wanted.sought) if many else len(page.lines)
        show_list(page, count, wanted, topics, services.settings.text_days)
    else:
        st.info("No turn matches these filters. Take one away, or clear them all.", icon=":material/filter_alt_off:")


main()
