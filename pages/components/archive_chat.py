"""One conversation with the whole story of each turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.archive_model import Chat, Decision, Story
from core.conversation.model import Outcome, State
from core.feedback.model import Vote
from pages.components.archive_desk import show_desk
from pages.components.archive_list import OUTCOMES
from pages.components.text import local_time, plain_label, safe_markdown
from pages.components.turn import show_notices, show_sources

BEFORE = 2
"""Turns that are seen, folded, before the one that is opened, so that its answer is in sight without scrolling."""
_COLOURS: dict[Outcome | None, Literal["blue", "green", "gray"]] = {
    Outcome.HIT: "blue",
    Outcome.MISS: "green",
    Outcome.BYPASS: "gray",
    None: "gray",
}
_THUMBS = {1: ":green[:material/thumb_up:]", -1: ":red[:material/thumb_down:]", 0: ""}
_TIERS = {
    "exact": "The same question was known, word for word.",
    "semantic": "The nearest known question was weighed.",
    "none": "Nothing in the cache came near.",
    "off": "The cache was not asked: a follow-up, a personal question, an emergency, or asked afresh.",
}


def show_chat(services: Services, actor: Actor, chat: Chat, turn_id: str, topics: Mapping[str, str]) -> None:
    """Show a conversation, with one turn of it unfolded; of many before that one the oldest are left out at first."""
    before = next((place for place, story in enumerate(chat.turns) if story.line.id == turn_id), 0)
    with st.container(border=True):
        _head(chat, chat.turns[before].line.question)
        out = max(0, before - BEFORE)
        earlier = "Show the earlier turn" if out == 1 else f"Show {out} earlier turns"
        if out and st.toggle(earlier, key=f"all-{turn_id}"):
            out = 0
        for story in chat.turns[out:]:
            _turn(services, actor, chat, story, topics, unfolded=story.line.id == turn_id)


def _head(chat: Chat, question: str) -> None:
    """Show what was asked, of which conversation it is a part, and whose that is."""
    title, asked = plain_label(chat.title, 100), plain_label(question, 100)
    st.subheader(asked or title or "A conversation", anchor=False)
    turns = "1 turn" if len(chat.turns) == 1 else f"{len(chat.turns)} turns, oldest first"
    part = f" · in “{title}”" if title and asked and title != asked else ""
    st.caption(f"{chat.user} · {turns}{part}")


def _turn(
    services: Services, actor: Actor, chat: Chat, story: Story, topics: Mapping[str, str], *, unfolded: bool
) -> None:
    line, removed = story.line, f"(text removed after {services.settings.text_days} days)"
    label = f"{plain_label(line.question, 120) or removed} {_THUMBS[line.vote]}"
    with st.expander(label, expanded=unfolded or len(chat.turns) == 1, icon=":material/person:"):
        if len(line.question) > 120:
            st.markdown(safe_markdown(line.question))
        _badges(story, topics)
        if story.vote:
            _thumb(story.vote)
        names = ["Answer", "Why", "Time and cost", f"Sources ({len(story.quotes)})", "Editors"]
        answer, why, cost, sources, desk = st.tabs(names)
        with answer:
            show_notices(story.notices)
            st.markdown(safe_markdown(story.answer) or (removed if story.text_removed else "No answer was kept."))
            if story.vote and story.vote.better_answer:
                st.markdown("**The user's better answer**")
                st.markdown(safe_markdown(story.vote.better_answer))
        with why:
            _evidence(story)
        with cost:
            _cost(story)
        with sources:
            show_sources(story.quotes)
            if not story.quotes:
                st.caption("None: the library had nothing on this, or the text is past its time.")
        with desk:
            show_desk(services, actor, story)


def _badges(story: Story, topics: Mapping[str, str]) -> None:
    line = story.line
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(OUTCOMES[line.outcome] or "not answered", color=_COLOURS[line.outcome])
        if line.state is not State.DONE:
            st.badge(line.state.value, icon=":material/error:", color="red")
        if story.decision and story.decision.false_hit:
            st.badge("false hit", icon=":material/wrong_location:", color="red")
        if story.replaced:
            st.badge("replaced by a newer answer", color="gray")
        if line.topic:
            st.badge(plain_label(topics.get(line.topic, line.topic)), icon=":material/label:", color="gray")
        st.caption(f"{local_time(line.asked_at)} · release {line.release_id[:6]}, {plain_label(line.channel)}")
    if story.remark or story.error:
        st.caption(f":material/info: {plain_label(story.remark or story.error or '', 300)}")


def _evidence(story: Story) -> None:
    st.write(_TIERS.get(str(story.evidence.get("tier")), "How it was decided is not known."))
    if veto := story.evidence.get("veto"):
        st.markdown(f"A rule spoke against the nearest: {plain_label(str(veto), 300)}")
    if story.decision:
        _decision(story.decision)
    elif matched := story.evidence.get("question"):
        similarity = story.evidence.get("similarity")
        near = "" if similarity is None else f" (similarity {similarity:.3f})"
        st.markdown(f"Nearest known question: “{plain_label(str(matched), 300)}”{near}")
    if story.answered_from:
        st.caption(f"The answer was made {local_time(story.answered_from)}; entry {(story.entry_id or '')[:12]}.")


def _decision(decision: Decision) -> None:
    known = plain_label(decision.known, 300) or "text removed"
    st.markdown(f"Nearest known question: “{known}”")
    with st.container(horizontal=True):
        st.metric("How sure", f"{decision.probability:.1%}", border=True, help="That the entry answers the question.")
        st.metric("Needed to serve", f"{decision.required:.1%}", border=True, help="By the error budget.")
        st.metric("Similarity", f"{decision.similarity:.3f}", border=True)
    st.markdown(f"So it was a **{'hit' if decision.served else 'miss'}**. {_verdict(decision)}")
    features = [{"Evidence": name, "Value": value} for name, value in decision.features.items() if name != "one"]
    st.dataframe(
        features, hide_index=True, width="content",
        column_config={"Value": st.column_config.NumberColumn(format="%.3f")}, alt="The evidence that was weighed",
    )  # fmt: skip


def _verdict(decision: Decision) -> str:
    if decision.label is None:
        return "Nobody has checked it yet."
    by = "a thumb" if decision.labelled_by == "thumb" else plain_label(decision.labelled_by or "a judge")
    reason = f": {plain_label(decision.reason, 300)}" if decision.reason else ""
    return f"Checked by {by}: {decision.label:.0%} sure that the entry answers it{reason}."


def _cost(story: Story) -> None:
    total = story.line.total_ms
    cost = story.line.cost_usd
    with st.container(horizontal=True):
        st.metric("Whole answer", "–" if total is None else f"{total:,.0f} ms", border=True)
        first = story.first_words_ms
        st.metric("First words", "–" if first is None else f"{first:,.0f} ms", border=True)
        st.metric("Tokens in, out", f"{story.input_tokens:,}, {story.output_tokens:,}", border=True)
        st.metric("Cost", "unknown" if cost is None else f"${cost:,.5f}", border=True)
    st.dataframe(
        [{"Stage": name, "ms": ms} for name, ms in story.stages_ms.items()], hide_index=True, width="content",
        column_config={"ms": st.column_config.NumberColumn(format="%.1f")}, alt="Milliseconds by stage",
    )  # fmt: skip
    st.caption(f"Model: {plain_label(story.model) or 'none'}")


def _thumb(vote: Vote) -> None:
    """Say what the user thought of the answer."""
    reasons = ", ".join(str(reason) for reason in vote.reasons)
    st.markdown(f"{_THUMBS[int(vote.thumb)]} {plain_label(reasons)}")
    if vote.comment:
        st.markdown(safe_markdown(vote.comment))
