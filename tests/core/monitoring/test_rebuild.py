"""However events come, and however they were rolled up, a rebuild gives the same numbers."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from core.access.model import Role
from core.database import Database
from core.monitoring.figures import Board
from core.monitoring.records import TurnEvent, VerdictEvent, VoteEvent
from core.monitoring.rollup_records import Rollup, RollupDay, RollupState, RollupUsers, RollupValue
from tests.core.monitoring.events import PRODUCT, Events
from tests.house import person

TURNS = st.fixed_dictionaries(
    {
        "hour": st.integers(-60, 60),
        "outcome": st.sampled_from(["hit", "miss", "bypass"]),
        "release_id": st.sampled_from(["r1", "r2"]),
        "topic": st.sampled_from(["", "a", "b"]),
        "language": st.sampled_from(["en", "de"]),
        "actor_id": st.sampled_from(["ana", "ben", "cem"]),
        "total_ms": st.floats(0, 1e7),
        "cost_usd": st.none() | st.floats(0, 10),
        "saved_usd": st.none() | st.floats(0, 10),
        "error": st.none() | st.just("failed"),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("turn"), TURNS),
    st.tuples(st.just("vote"), st.integers(0, 9), st.sampled_from([-1, 0, 1])),
    st.tuples(st.just("verdict"), st.integers(0, 9), st.none() | st.floats(0, 1)),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(st.just("roll"), st.integers(1, 3)),
)


def play(events: Events, steps: list[tuple[Any, ...]]) -> None:
    """Write what the steps say; a vote or verdict changes what stood before it."""
    turns: list[tuple[str, dict[str, Any]]] = []
    thumbs: dict[str, int] = {}
    labels: dict[str, float | None] = {}
    for what, *given_ in steps:
        if what == "turn":
            told = dict(given_[0])
            name = events.turn(**told, decision_id=f"d{len(turns)}", turn_id=f"turn {len(turns)}")
            turns.append((name, told))
        elif what == "roll":
            events.monitoring._rollups.advance(events.monitoring._now(), given_[0])
        elif turns:
            place = given_[0] % len(turns)
            name, told = turns[place]
            if what == "again":  # its dimensions do not change, and so what stands with its votes stays right
                events.turn(**told | {"total_ms": 5.0, "error": None}, decision_id=f"d{place}", turn_id=name)
            elif what == "vote":
                events.vote(thumbs.get(name, 0), given_[1], turn=name)
                thumbs[name] = given_[1]
            else:
                events.verdict(f"d{place}", labels.get(name), given_[1])
                labels[name] = given_[1]


def shown(events: Events) -> Board:
    events.monitoring.roll_up()
    return events.monitoring.board(PRODUCT, events.view(-72, 72))


def clear(database: Database) -> None:
    with database.begin() as session:
        for table in (TurnEvent, VoteEvent, VerdictEvent, Rollup, RollupDay, RollupUsers, RollupValue, RollupState):
            session.execute(delete(table))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_a_rebuild_gives_the_same_numbers(database: Database, steps: list[tuple[Any, ...]]) -> None:
    clear(database)
    events = Events(database)
    play(events, steps)
    kept = shown(events)
    events.monitoring.rebuild(person(role=Role.ADMIN))
    rebuilt = shown(events)
    assert astuple(rebuilt.series) == astuple(kept.series)
    assert rebuilt.heat == kept.heat
    assert rebuilt.groups == kept.groups
    assert rebuilt.choices == kept.choices
    turns = sum(1 for what, *_ in steps if what == "turn")
    assert kept.series.total.turns == turns
    assert kept.series.total.votes <= turns
    for groups in kept.groups.values():
        assert sum(one.figures.turns for one in groups) == turns
