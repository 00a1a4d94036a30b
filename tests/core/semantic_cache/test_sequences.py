"""Whatever happens in whatever order: what is served is the newest live answer that its user may see."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.model import Actor
from core.database import Database
from core.semantic_cache.model import Hit, Scope, answer_key
from core.semantic_cache.semantic import NEAREST
from core.semantic_cache.service import SemanticCache, hide, unhide
from tests.core.semantic_cache.caches import SOURCES, Plane, cache_of
from tests.house import MovableClock, person

QUESTIONS = ("north", "east", "south")
USERS = ("Ana", "Ben")
Step = tuple[object, ...]
PLANE = Plane(north=0, near_north=5, east=90, near_east=95, south=180, near_south=175)
_tenants = itertools.count()

question, answer = st.sampled_from(QUESTIONS), st.sampled_from(["one", "two", "three"])
user = st.sampled_from(USERS)
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.just("admit"), question, answer, st.booleans())
    | st.tuples(st.sampled_from(["hide", "unhide"]), user, answer)
    | st.tuples(st.just("wait"), st.integers(1, 20))
    | st.tuples(st.just("reconcile")),
    max_size=15,
)


@dataclass
class Told:
    """What the cache was told, as plainly as can be."""

    kept: list[tuple[str, str, datetime]] = field(default_factory=list)
    hidden: set[tuple[str, str]] = field(default_factory=set)

    def live(self, user: str, question: str, now: datetime) -> list[tuple[datetime, str]]:
        """Return the answers that may be served, each with when it was made."""
        return [
            (at, answer)
            for asked, answer, at in self.kept
            if asked == question and now < at + timedelta(days=30) and (user, answer) not in self.hidden
        ]


def play(step: Step, told: Told, database: Database, cache: SemanticCache, scope: Scope, clock: MovableClock) -> None:
    match step:
        case "admit", str(asked), str(text), embedded:
            vector = PLANE.embed([asked])[0] if embedded else None
            cache.admit(scope, asked, vector, text, SOURCES, key=answer_key(text), by=person(), vouched=True)
            told.kept.append((asked, text, clock.time))
        case "hide", str(name), str(text):
            with database.begin() as session:
                hide(session, of(name, scope), answer_key(text), text)
            told.hidden.add((name, text))
        case "unhide", str(name), str(text):
            with database.begin() as session:
                unhide(session, of(name, scope), answer_key(text))
            told.hidden.discard((name, text))
        case "wait", int(days):
            clock.pass_by(days=days)
        case _:
            cache.reconcile()


def of(name: str, scope: Scope) -> Actor:
    return replace(person(name), tenant=scope.tenant)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_what_is_served_follows_from_what_was_kept_hidden_and_how_long_ago(
    database: Database, steps: list[Step]
) -> None:
    clock, told, scope = MovableClock(), Told(), Scope(f"tenant{next(_tenants)}", "release", "en")
    cache = cache_of(database, PLANE, clock)
    for step in steps:
        play(step, told, database, cache, scope, clock)
        for name, asked in itertools.product(USERS, QUESTIONS):
            live = told.live(name, asked, clock.time)
            newest = {answer for at, answer in live if at == max(live)[0]}
            found = cache.lookup(scope, asked, of(name, scope))
            assert (found.answer in newest) if isinstance(found, Hit) else not newest
    cache.reconcile()
    for name, asked in itertools.product(USERS, QUESTIONS):
        answers = {answer for _, answer in told.live(name, asked, clock.time)}
        near = cache.lookup(scope, f"near {asked}", of(name, scope))
        # More hidden answers than are looked at may cover one that is not hidden.
        assert (near.answer in answers) if isinstance(near, Hit) else not answers or len(told.kept) > NEAREST
