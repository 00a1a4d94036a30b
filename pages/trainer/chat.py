"""Chat with the coach: ask, see the sources, vote, come back to it."""

from __future__ import annotations

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.model import ConversationView
from core.errors import CoachError, NotFoundError
from pages.components.asking import show_problem, stream_answer
from pages.components.conversations import conversation_list, conversation_menu
from pages.components.services import the_services
from pages.components.session import Wanted, page_state, show_conversation, signed_in
from pages.components.turn import show_question, show_turn

SUGGESTIONS = (
    "How do I do a push-up?",
    "How much protein do I need to build muscle?",
    "How should I warm up before running?",
    "How many days a week should a beginner train?",
    "Is it safe to exercise during pregnancy?",
)


def _opened(services: Services, actor: Actor) -> ConversationView | None:
    state = page_state()
    if state.conversation_id is None:
        return None
    try:
        return services.conversations.open(actor, state.conversation_id)
    except NotFoundError as error:
        show_conversation(None)
        st.info(str(error))
        return None


def _welcome(product: str) -> str | None:
    st.caption(product)
    st.title("What would you like to know?", anchor=False)
    st.write("The coach answers from the workout library and names its sources. It does not replace a doctor.")
    return st.pills("Suggestions", SUGGESTIONS, label_visibility="collapsed", key="suggestion")


def _history(services: Services, actor: Actor, conversation: ConversationView, replaced: str | None) -> None:
    conversation_menu(services, actor, conversation)
    state = page_state()
    hidden = max(0, len(conversation.turns) - state.turns_shown)
    if hidden and st.button(f"Show {min(20, hidden)} earlier", type="tertiary", icon=":material/expand_less:"):
        state.turns_shown += 20
        st.rerun()
    for turn in conversation.turns[hidden:]:
        if turn.id != replaced:
            show_question(turn.question)
            show_turn(services, actor, turn)


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor = signed_in(services)
    state = page_state()
    with st.sidebar:
        conversation_list(services, actor)
    typed = st.chat_input("Ask about exercises, training, running, nutrition…", submit_mode="disable")
    conversation = _opened(services, actor)
    wanted, state.wanted = state.wanted, None
    if typed:
        wanted = Wanted(typed)
    place = st.empty()
    if conversation is None and wanted is None:
        with place.container():
            if suggested := _welcome(services.settings.product_name):
                wanted = Wanted(suggested)
        if wanted:
            place.empty()
    if conversation:
        _history(services, actor, conversation, wanted.replaces if wanted else None)
    if wanted:
        state.problem = state.refused = ""
        try:
            stream_answer(services, actor, wanted)
        except CoachError as error:
            state.problem, state.refused = str(error), wanted.question
        st.rerun()
    if state.problem:
        show_problem(state)


main()
