"""Thumbs on a turn, with reasons, a comment and a better answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.model import TurnView
from core.errors import CoachError
from core.feedback.model import LONGEST_ANSWER, LONGEST_COMMENT, Reason, Thumb, Vote

_THUMBS = {0: Thumb.DOWN, 1: Thumb.UP}
_OF = {thumb: value for value, thumb in _THUMBS.items()}


def vote_controls(services: Services, actor: Actor, turn: TurnView) -> Callable[[], None]:
    """Show the thumbs; return what shows the details below them."""
    vote = services.voting.standing(actor, turn.id)
    chosen = st.feedback("thumbs", key=f"thumb-{turn.id}", default=_OF[vote.thumb] if vote else None)
    thumb = None if chosen is None else _THUMBS[chosen]
    if thumb != (vote.thumb if vote else None):
        vote = Vote(thumb) if thumb else None
        _keep(services, actor, turn, vote)
    return lambda: _details(services, actor, turn, vote) if vote else None


def _keep(services: Services, actor: Actor, turn: TurnView, vote: Vote | None) -> None:
    try:
        if vote is None:
            services.voting.withdraw(actor, turn.id)
            st.toast("Vote withdrawn.", icon=":material/undo:")
        else:
            services.voting.vote(actor, turn.id, vote)
            down = vote.thumb is Thumb.DOWN
            st.toast("Thanks. You will not get this answer again." if down else "Thanks.", icon=":material/check:")
    except CoachError as error:
        st.error(str(error))


def _details(services: Services, actor: Actor, turn: TurnView, vote: Vote) -> None:
    down = vote.thumb is Thumb.DOWN
    label = "What was wrong?" if down else "Add a comment"
    with (
        st.expander(f"{label} (optional)", expanded=down, icon=":material/rate_review:"),
        st.form(f"details-{turn.id}", border=False),
    ):
        reasons: list[Reason] = []
        if down:
            reasons = st.pills(
                "Reasons",
                list(Reason),
                selection_mode="multi",
                default=list(vote.reasons),
                label_visibility="collapsed",
            )
        comment = st.text_area("Comment", vote.comment, max_chars=LONGEST_COMMENT, height=80)
        better = st.text_area("A better answer", vote.better_answer, max_chars=LONGEST_ANSWER, height=100)
        if st.form_submit_button("Save", icon=":material/save:"):
            _keep(services, actor, turn, Vote(vote.thumb, tuple(reasons), comment, better))
