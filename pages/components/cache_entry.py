"""One entry of the cache: its answer, its whole history, and what an admin can do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.errors import CoachError
from core.semantic_cache.desk_model import EntryView
from core.semantic_cache.model import Kind, Standing
from pages.components.text import ago, local_time, plain_label, safe_markdown

LONGEST_REASON = 300
_BADGES: dict[Standing, tuple[str, Literal["green", "blue", "red", "gray"]]] = {
    Standing.SHARED: (":material/public:", "green"),
    Standing.PENDING: (":material/hourglass_top:", "blue"),
    Standing.QUARANTINED: (":material/block:", "red"),
    Standing.RETIRED: (":material/archive:", "gray"),
}
_KINDS = {
    Kind.ASKED: "Asked",
    Kind.ALIAS: "Also answered by it (verified paraphrases)",
    Kind.NEGATIVE: "Not answered by it (negative examples)",
}
_THUMBS = {1: "up", -1: "down", 0: ""}
_UNDO = {"quarantine": "Undo quarantine", "delete": "Undo delete"}


def show_entry(services: Services, actor: Actor, entry_id: str) -> None:
    """Show an entry with its actions; one that is gone is told of."""
    try:
        entry = services.desk.entry(actor, entry_id)
    except CoachError as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    now = services.clock.now()
    with st.container(border=True):
        st.subheader(plain_label(entry.row.question, 300) or "An entry without a question", anchor=False)
        _badges(entry, now)
        if entry.waits_for:
            st.caption(f":material/info: {entry.waits_for}")
        _actions(services, actor, entry)
        answer, history, people = st.tabs(["Answer", "History", f"Served to ({entry.users})"])
        with answer:
            _answer(entry)
        with history:
            _history(entry)
        with people:
            _people(entry)


def _badges(entry: EntryView, now: datetime) -> None:
    row = entry.row
    icon, colour = _BADGES[row.standing]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(row.standing, icon=icon, color=colour)
        if row.outdated:
            st.badge("its sources changed", icon=":material/sync_problem:", color="orange")
        elif row.fresh_until <= now and row.standing in (Standing.SHARED, Standing.PENDING):
            st.badge("stale: renewed when asked", icon=":material/schedule:", color="orange")
        saved = "" if row.saved_usd is None else f" · saved ${row.saved_usd:,.4f}"
        st.caption(
            f"made {ago(row.created_at, now)} · served {row.served:,}× · {row.liked} liked, {row.disliked} disliked"
            f"{saved} · fresh until {local_time(row.fresh_until)} · expires {local_time(row.expires_at)} · "
            f"release {row.release[:6]}"
        )


def _actions(services: Services, actor: Actor, entry: EntryView) -> None:
    standing, desk, identity = entry.row.standing, services.desk, entry.row.id
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if standing in (Standing.SHARED, Standing.PENDING):
            _with_reason("Quarantine", ":material/block:", identity, lambda why: desk.quarantine(actor, identity, why))
        if standing is Standing.QUARANTINED:
            _with_reason("Release", ":material/public:", identity, lambda why: desk.release(actor, identity, why))
        if standing is not Standing.RETIRED:
            _with_reason("Delete", ":material/delete:", identity, lambda why: desk.delete(actor, identity, why))
        if entry.undoable:
            label = _UNDO[entry.undoable]
            if st.button(label, icon=":material/undo:", type="primary", key=f"undo-{identity}"):
                _do(f"{label}: done.", lambda: desk.undo(actor, identity))


def _with_reason(label: str, icon: str, identity: str, change: Callable[[str], None]) -> None:
    name = label.lower()
    with (
        st.popover(label, icon=icon, key=f"{name}-menu-{identity}"),
        st.form(f"{name}-{identity}", border=False),
    ):
        why = st.text_input("Why?", max_chars=LONGEST_REASON, placeholder="Kept with the entry and in the audit trail")
        if st.form_submit_button(f"{label} for all", icon=icon):
            _do(f"{label}: done.", lambda: change(why))


def _do(done: str, change: Callable[[], None]) -> None:
    try:
        change()
    except CoachError as error:
        st.error(str(error))
        return
    st.toast(done, icon=":material/check:")
    st.rerun()


def _answer(entry: EntryView) -> None:
    st.markdown(safe_markdown(entry.answer))
    if entry.sources:
        titles = dict.fromkeys(str(source.get("title") or source.get("document_id") or "") for source in entry.sources)
        st.caption("Sources: " + " · ".join(plain_label(title, 120) for title in titles if title))
    for kind, title in _KINDS.items():
        if questions := entry.questions.get(kind):
            st.markdown(f"**{title}** ({len(questions)})")
            st.markdown("\n".join(f"- {plain_label(question, 300)}" for question in questions[:50]))
            if len(questions) > 50:
                st.caption(f"and {len(questions) - 50} more")


def _history(entry: EntryView) -> None:
    st.dataframe(
        [
            {"When": step.at, "What": step.what, "Who": step.who, "Evidence": step.evidence}
            for step in reversed(entry.steps)
        ],
        hide_index=True,
        column_config={
            "When": st.column_config.DatetimeColumn(format="D MMM, HH:mm", width=105),
            "What": st.column_config.TextColumn(width=100),
            "Who": st.column_config.TextColumn(width=100),
            "Evidence": st.column_config.TextColumn(width=470),
        },
        row_height=66,  # three lines of evidence
        height=min(460, 38 + 66 * len(entry.steps)),
        alt="Every step in the life of this entry, newest first",
        key=f"history-{entry.row.id}",
    )
    st.caption("Newest first, at most 200 of each kind. Click a cell to read it whole.")


def _people(entry: EntryView) -> None:
    if not entry.served:
        st.info("It was not served to anybody yet: it is used when somebody asks its question again.")
        return
    st.caption(
        f"Served to {entry.users} {'user' if entry.users == 1 else 'users'}; the newest {len(entry.served)} times are "
        "listed. A user is shown by the beginning of their id, as in the audit trail; names are not kept."
    )
    st.dataframe(
        [{"When": one.at, "User": one.who, "Thumb": _THUMBS[one.thumb]} for one in entry.served],
        hide_index=True,
        column_config={"When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
        alt="Whom this entry was served to, newest first",
        key=f"people-{entry.row.id}",
    )
