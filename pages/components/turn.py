"""One turn: the question, the notices, the answer with its badge and sources, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.model import Notice, Outcome, Quote, State, TurnView
from pages.components.session import Wanted, page_state
from pages.components.text import ago, plain_label, safe_link, safe_markdown
from pages.components.vote import vote_controls

_STATES = {
    State.STOPPED: "You stopped this answer.",
    State.FAILED: "This answer failed; ask again.",
}
_NOTICE_ICONS = {"emergency": ":material/emergency:"}


def show_question(question: str) -> None:
    """Show what was asked, as it was written."""
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(safe_markdown(question) or "*The text of this turn is past its time and was removed.*")


def show_notices(notices: Sequence[Notice]) -> None:
    """Show advice that stands above the answer."""
    for notice in notices:
        show = st.error if notice.kind == "emergency" else st.warning
        show(notice.text, icon=_NOTICE_ICONS.get(notice.kind, ":material/health_and_safety:"))


@st.fragment
def show_turn(services: Services, actor: Actor, turn: TurnView) -> None:
    """Show an answer with its controls; a vote runs only this part of the page again."""
    with st.chat_message("assistant", avatar=":material/exercise:"):
        show_notices(turn.notices)
        if turn.answer:
            st.markdown(safe_markdown(turn.answer))
        _status(turn, services.clock.now())
        if turn.quotes:
            with st.expander(f"Sources ({len(turn.quotes)})", icon=":material/menu_book:"):
                show_sources(turn.quotes)
        if turn.state is State.ANSWERING:
            _wait(services, actor, turn.id)
        else:
            _actions(services, actor, turn)


@st.fragment(run_every=1)
def _wait(services: Services, actor: Actor, turn_id: str) -> None:
    # Another tab, or the run that was just stopped, is about to end this turn.
    if not services.conversations.is_answering(actor, turn_id):
        st.rerun()
    st.caption(":shimmer[Still being written…]")


def _status(turn: TurnView, now: datetime) -> None:
    if turn.state in _STATES:
        st.caption(f":material/info: {_STATES[turn.state]}")
    if turn.remark:
        st.caption(f":material/info: {plain_label(turn.remark, 300)}")
    if turn.state is not State.DONE or not turn.quotes:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if turn.outcome is Outcome.HIT and turn.answered_from:
            st.badge(f"cached · {ago(turn.answered_from, now)}", icon=":material/bolt:", color="blue")
            st.caption(_why(turn))
        else:
            st.badge("fresh", icon=":material/eco:", color="green")


def _why(turn: TurnView) -> str:
    """Say why a cached answer was served: to which question it was given, and what others thought of it."""
    same = turn.matched is None or (turn.similarity or 0) >= 1
    said = ["same question" if same else f"answered “{plain_label(turn.matched or '', 80)}”"]
    if turn.asked:
        said.append("asked once before" if turn.asked == 1 else f"asked {turn.asked} times")
    if turn.liked:
        said.append(f"{turn.liked} liked it")
    return " · ".join(said)


def show_sources(quotes: Sequence[Quote]) -> None:
    """Show what an answer rests on, with where each passage comes from."""
    for number, quote in enumerate(quotes, start=1):
        kind = "exercise" if quote.document_id.startswith("exercise/") else "guidance"
        st.markdown(f"**\\[{number}\\] {plain_label(quote.title, 120)}** — {plain_label(quote.heading, 160)} · {kind}")
        st.markdown(safe_markdown(quote.text))
        for source in quote.sources:
            year = f", {source.year}" if source.year else ""
            st.caption(f"{safe_link(source.title, source.url)} ({plain_label(source.publisher)}{year})")


def _actions(services: Services, actor: Actor, turn: TurnView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        voted = vote_controls(services, actor, turn)
        cached = turn.outcome is Outcome.HIT
        label = "Get a fresh answer" if cached else "Regenerate"
        if st.button(label, icon=":material/refresh:", type="tertiary", key=f"again-{turn.id}"):
            page_state().wanted = Wanted(turn.question, fresh=True, replaces=turn.id)
            st.rerun()
    voted()
