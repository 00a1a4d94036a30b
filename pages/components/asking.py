"""A question on its way to an answer, and one that could not be taken."""

from __future__ import annotations

from contextlib import closing

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.model import Accepted, TurnView
from pages.components.session import PageState, Wanted, page_state, show_conversation
from pages.components.text import safe_markdown
from pages.components.turn import show_notices, show_question


def stream_answer(services: Services, actor: Actor, wanted: Wanted) -> None:
    """Stream one answer. Any click runs the page anew, which closes the stream and keeps what was said."""
    show_question(wanted.question)
    state = page_state()
    parts = services.asking.ask(
        actor, wanted.question, conversation_id=state.conversation_id, fresh=wanted.fresh, replaces=wanted.replaces
    )
    with st.chat_message("assistant", avatar=":material/exercise:"), closing(parts):
        above, slot, below = st.container(), st.empty(), st.empty()
        below.button("Stop", icon=":material/stop_circle:", type="tertiary", key="stop")
        slot.markdown(":shimmer[Looking in the library…]")
        said = ""
        for part in parts:
            if isinstance(part, Accepted):
                if state.conversation_id != part.conversation_id:
                    show_conversation(part.conversation_id)
                with above:
                    show_notices(part.notices)
            elif isinstance(part, TurnView):
                break
            else:
                said += part
                slot.markdown(safe_markdown(said))


def show_problem(state: PageState) -> None:
    """Say why the last question was not answered, and give it back."""
    st.error(state.problem, icon=":material/error:")
    with st.form("again", border=False):
        question = st.text_area("Your question", state.refused)
        if st.form_submit_button("Ask again", icon=":material/refresh:"):
            state.wanted = Wanted(question)
            st.rerun()
