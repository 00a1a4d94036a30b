"""What an editor does with a turn: mark it, and answer it better."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.conversation.archive_model import LONGEST_NOTE, MarkKind, Story
from core.errors import CoachError
from core.feedback.model import LONGEST_ANSWER
from pages.components.text import local_time, plain_label, safe_markdown

_KINDS = {
    MarkKind.REGRESSION: ("Regression set", ":material/fact_check:", "Every release has to answer it well."),
    MarkKind.FINE_TUNING: ("Fine-tuning", ":material/model_training:", "An example to train a model on."),
}


def show_desk(services: Services, actor: Actor, story: Story) -> None:
    """Show the marks on a turn and the better answers to it, and let the editor change both."""
    identity = story.line.id
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind in MarkKind:
            _mark(services, actor, story, kind)
    for mark in story.marks:
        undone = f", undone {local_time(mark.undone_at)}" if mark.undone_at else ""
        note = f": {plain_label(mark.note, LONGEST_NOTE)}" if mark.note else ""
        st.caption(f"{_KINDS[mark.kind][0]}, by {mark.by}, {local_time(mark.at)}{undone}{note}")
    with st.form(f"better-{identity}", border=False):
        now = story.better[0].answer if story.better else ""
        answer = st.text_area("A better answer", now, max_chars=LONGEST_ANSWER, height=140)
        if st.form_submit_button("Save the answer", icon=":material/save:"):
            _do("The better answer is kept.", lambda: services.archive.answer_better(actor, identity, answer))
    if story.better:
        newest = story.better[0]
        versions = "" if len(story.better) == 1 else f" Version {len(story.better)}."
        st.caption(f"Written by {newest.by}, {local_time(newest.at)}.{versions}")
        if len(story.better) > 1:
            with st.popover("Earlier versions", type="tertiary"):
                for one in story.better[1:]:
                    st.caption(f"{one.by}, {local_time(one.at)}")
                    st.markdown(safe_markdown(one.answer) or "(text removed)")


def _mark(services: Services, actor: Actor, story: Story, kind: MarkKind) -> None:
    title, icon, explained = _KINDS[kind]
    identity = story.line.id
    if kind in story.line.marks:
        if st.button(f"{title}: undo", icon=":material/undo:", key=f"unmark-{kind}-{identity}", help=explained):
            _do(f"{title}: undone.", lambda: services.archive.unmark(actor, identity, kind))
        return
    with (
        st.popover(title, icon=icon, help=explained, key=f"mark-menu-{kind}-{identity}"),
        st.form(f"mark-{kind}-{identity}", border=False),
    ):
        note = st.text_input("Why? (optional)", max_chars=LONGEST_NOTE, key=f"note-{kind}-{identity}")
        if st.form_submit_button(f"Mark for {title.lower()}", icon=icon):
            _do(f"{title}: marked.", lambda: services.archive.mark(actor, identity, kind, note))


def _do(done: str, change: Callable[[], None]) -> None:
    try:
        change()
    except CoachError as error:
        st.error(str(error))
        return
    st.toast(done, icon=":material/check:")
    st.rerun()
