"""The admin's page of the cache: what is seen at a glance, and taking an answer out and back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.access.model import Role
from core.conversation.model import Outcome
from core.feedback.model import Thumb, Vote
from core.semantic_cache.desk_model import Filter
from core.semantic_cache.model import Standing
from core.semantic_cache.records import CacheEntry
from tests.core.semantic_cache.desks import Shelf
from tests.house import MovableClock
from tests.pages.console import ADMIN, FRAME, PRODUCT, QUESTION, TRAINER, WHO, Console, tab_of, texts

PAGE = "admin/cache.py"


def entry_of(console: Console) -> CacheEntry:
    """Return the entry that was made first."""
    with console.services.database.read() as session:
        return session.exec(select(CacheEntry).order_by(col(CacheEntry.created_at)).limit(1)).one()


def table(tab: AppTest, which: int = 0) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tab.dataframe[which].value.to_dict("records")
    return rows


def choose(tab: AppTest, option: str, which: int = 1) -> AppTest:
    control: Any = tab.get("segmented_control")[which]
    control.set_value(option).run()
    assert not tab.exception
    return tab


def press(tab: AppTest, label: str) -> AppTest:
    (button,) = [button for button in tab.button if button.label == label]
    button.click().run()
    assert not tab.exception
    return tab


def explain(tab: AppTest, name: str, why: str) -> AppTest:
    """Fill in the reason of an action and carry it out."""
    field = next(one for one in tab.text_input if one.proto.form_id.startswith(f"{name}-"))
    field.set_value(why)
    return press(tab, f"{name.capitalize()} for all")


def shelf_of(console: Console) -> Shelf:
    """Return a way to write decisions, as the server's own measure takes them."""
    clock = MovableClock()
    clock.time = console.services.clock.now()
    return Shelf(console.services.database, clock)


@pytest.mark.parametrize("email", [TRAINER, PRODUCT])
def test_nobody_but_an_admin_sees_it_or_its_actions(console: Console, email: str) -> None:
    console.ask()
    tab = tab_of(FRAME, email).run()
    with pytest.raises(ValueError, match="page"):
        tab.switch_page(PAGE).run()
    past = console.reach(PAGE, email)
    role = next(role for role in Role if WHO[role] == email)
    assert [error.value for error in past.error] == [f"This needs the role admin; you are signed in as {role.title}."]
    assert not past.dataframe
    assert not past.metric
    assert not past.button


def test_an_empty_cache_says_what_to_do(console: Console) -> None:
    tab = console.open(PAGE, ADMIN)
    assert tab.info[0].value.startswith("The cache is empty. Ask a question in the chat")
    for only in Filter:
        assert choose(tab, only).info[0].value
    budget = console.open(PAGE, ADMIN, view="Error budget")
    assert "No lookup was weighed in this time." in budget.info[0].value
    assert not budget.get("plotly_chart")
    numbers = {metric.label: (metric.value, metric.delta) for metric in budget.metric}
    assert numbers["False hits, 30 days"] == ("–", "no look yet")
    assert numbers["Verdicts, 24 h"] == ("0", "at most 1,000")


def test_entries_are_listed_filtered_and_searched(console: Console) -> None:
    console.ask()
    turn = console.ask(email=ADMIN)
    console.services.voting.vote(console.actor(ADMIN), turn.id, Vote(Thumb.DOWN))
    tab = console.open(PAGE, ADMIN)
    (row,) = table(tab)
    assert (row["Question"], row["Served"]) == (QUESTION, 1)
    assert {metric.label: metric.value for metric in tab.metric}["Hits, 7 days"] == "1"
    assert choose(tab, Filter.MOST_SERVED).dataframe
    assert choose(tab, Filter.QUARANTINED).info[0].value.startswith("Nothing is quarantined.")
    choose(tab, Filter.ALL)
    tab.text_input(key="entry-search").set_value("zebra*").run()
    assert tab.info[0].value.startswith(r"No entry here holds “zebra\*”.")
    tab.text_input(key="entry-search").set_value("protein").run()
    assert table(tab)[0]["Question"] == QUESTION


def test_an_entry_is_opened_with_its_history_and_whom_it_was_served_to(console: Console) -> None:
    console.ask()
    console.ask(email=ADMIN)
    entry = entry_of(console)
    tab = console.open(PAGE, ADMIN, entry=entry.id)
    assert QUESTION in [heading.value for heading in tab.subheader]
    history, people = table(tab, 1), table(tab, 2)
    assert history[-1]["What"] == "made"
    assert QUESTION in history[-1]["Evidence"]
    assert [row["User"] for row in people] == ["you"]
    shown = texts(tab)
    assert "**Asked** (1)" in shown
    assert "Sources: " in shown


def test_a_bad_answer_is_taken_out_for_all_and_put_back(console: Console) -> None:
    console.ask()
    entry = entry_of(console)
    tab = console.open(PAGE, ADMIN, entry=entry.id)
    explain(tab, "quarantine", "")
    assert "Say why" in tab.error[0].value
    assert entry_of(console).standing == Standing.SHARED
    explain(tab, "quarantine", "numbers are wrong")
    assert entry_of(console).standing == Standing.QUARANTINED
    assert console.ask(email=ADMIN).outcome is Outcome.MISS
    choose(tab, Filter.QUARANTINED)
    later = console.open(PAGE, ADMIN, entry=entry.id)
    assert any("numbers are wrong" in row["Evidence"] for row in table(later, 1))
    press(later, "Undo quarantine")
    assert entry_of(console).standing == Standing.SHARED
    assert console.ask(email=TRAINER).outcome is Outcome.HIT
    assert "Undo quarantine" not in [button.label for button in later.button]


def test_delete_is_undone_even_where_the_list_no_longer_shows_the_entry(console: Console) -> None:
    console.ask()
    entry = entry_of(console)
    tab = console.open(PAGE, ADMIN, entry=entry.id)
    explain(tab, "delete", "too general")
    assert entry_of(console).standing == Standing.RETIRED
    labels = [button.label for button in tab.button]
    assert "Undo delete" in labels
    assert "Delete for all" not in labels
    press(tab, "Undo delete")
    assert entry_of(console).standing == Standing.SHARED


def test_a_quarantined_entry_is_released_with_a_reason(console: Console) -> None:
    console.ask()
    entry = entry_of(console)
    console.services.desk.quarantine(console.actor(ADMIN), entry.id, "doubtful")
    tab = console.open(PAGE, ADMIN, entry=entry.id)
    assert any("It waits for you" in caption.value for caption in tab.caption)
    explain(tab, "release", "checked with the book")
    assert entry_of(console).standing == Standing.SHARED


def test_an_entry_that_is_gone_is_told_of(console: Console) -> None:
    tab = console.open(PAGE, ADMIN, entry="no-such-entry")
    assert "There is no such entry" in tab.warning[0].value


def test_what_people_and_models_wrote_is_text(console: Console) -> None:
    shelf = shelf_of(console)
    entry = shelf.entry(
        "[click](https://evil.example) **me**", answer="<script>x</script> ![i](https://evil.example/i.png)",
        sources=[{"title": "[a](https://evil.example)"}],
    )  # fmt: skip
    shown = texts(console.open(PAGE, ADMIN, entry=entry))
    assert r"\[click\](https\://evil.example) \*\*me\*\*" in shown
    assert r"\[a\](https\://evil.example)" in shown
    assert "<script>" not in shown.replace(r"\<script\>", "")
    assert "![i]" not in shown


def test_the_error_budget_is_shown_with_charts_units_and_uncertainty(console: Console) -> None:
    shelf, measure = shelf_of(console), console.services.cache.learner.measure
    entry = shelf.entry()
    for number in range(40):
        known = number % 4 == 0
        shelf.decision(
            entry, measure=measure, label=1.0 if known else None, judge_state="done" if known else "none",
            weight=4.0 if known else 1.0,
        )  # fmt: skip
    tab = console.open(PAGE, ADMIN, view="Error budget")
    assert len(tab.get("plotly_chart")) == 2
    rows = tab.table[0].value.to_dict("records")
    assert [row["Error budget"] for row in rows] == ["0.2 %", "0.5 %", "1.0 % (in force)", "2.0 %", "5.0 %"]
    assert all("of 40" in row["Would have served"] for row in rows)
    assert "(95 %: 0.00–" in rows[-1]["False hits found"]
    numbers = {metric.label: (metric.value, metric.delta) for metric in tab.metric}
    assert numbers["False hits, 30 days"] == ("0.0 %", "95 %: 0.0–27.8 %")
    for chart in tab.get("plotly_chart"):
        assert "%" in chart.proto.spec
    assert not tab.exception
