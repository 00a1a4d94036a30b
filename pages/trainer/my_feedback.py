"""What I voted, and what became of it."""

from __future__ import annotations

import streamlit as st

from core.errors import CoachError
from core.feedback.model import Thumb
from pages.components.services import the_services
from pages.components.session import show_conversation, signed_in
from pages.components.text import local_time, plain_label, safe_markdown

services = the_services()
actor = signed_in(services)
st.title("My feedback", anchor=False)
given = services.voting.mine(actor)
if not given:
    st.info("You have not voted yet. Give an answer in the chat a thumb up or down.", icon=":material/thumbs_up_down:")
    st.page_link("trainer/chat.py", label="Go to the chat", icon=":material/chat:")
for one in given:
    vote = one.turn.vote
    if vote is None:
        continue
    up = vote.thumb is Thumb.UP
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(
                "helpful" if up else "not helpful",
                icon=":material/thumb_up:" if up else ":material/thumb_down:",
                color="green" if up else "red",
            )
            for reason in vote.reasons:
                st.badge(str(reason), color="gray")
            st.caption(local_time(one.at))
        st.markdown(f"**{plain_label(one.turn.question, 160)}**")
        st.caption(f":material/flag: {one.became}")
        if vote.comment or vote.better_answer:
            with st.expander("What I wrote"):
                st.markdown(safe_markdown(vote.comment))
                if vote.better_answer:
                    st.markdown("**A better answer**")
                    st.markdown(safe_markdown(vote.better_answer))
        with st.container(horizontal=True):
            if st.button("Open the chat", icon=":material/chat:", type="tertiary", key=f"open-{one.turn.id}"):
                show_conversation(one.turn.conversation_id)
                st.switch_page("trainer/chat.py")
            if st.button("Withdraw", icon=":material/undo:", type="tertiary", key=f"withdraw-{one.turn.id}"):
                try:
                    services.voting.withdraw(actor, one.turn.id)
                except CoachError as error:
                    st.error(str(error))
                else:
                    st.rerun()
