from __future__ import annotations

from collections.abc import Callable

import pytest

from core.ports import Match
from core.semantic_cache.model import Kind, Standing
from core.semantic_cache.nearest import ALIKE, Candidate, Vetoed, nearest, redundancy
from core.semantic_cache.reading import Owner, Question


class Near:
    """Questions at a distance, nearest first; each is called as its entry with its place behind."""

    def __init__(self) -> None:
        self.entries: dict[str, Owner] = {}
        self.known: dict[str, tuple[Question, Owner]] = {}
        self.matches: list[Match] = []

    def entry(self, name: str, standing: Standing, key: str) -> Owner:
        return self.entries.setdefault(
            name,
            Owner(name, "t", "r", "en", standing, "author", key, "{}", 0.0, 0.0),
        )

    def add(
        self, name: str, score: float, *, kind: Kind = Kind.ASKED, standing: Standing = Standing.SHARED, key: str = ""
    ) -> Near:
        owner = self.entry(name, standing, key or name)
        row = Question(f"{name}{len(self.matches)}", f"{name} {score}", name, kind)
        self.known[row.id] = (row, owner)
        self.matches.append(Match(row.id, score, {}))
        return self

    def best(
        self,
        usable: Callable[[Owner], bool] = lambda entry: entry.standing == Standing.SHARED,
        vetoed: str = "nothing",
        seen: tuple[Standing, ...] = (Standing.SHARED,),
    ) -> tuple[Candidate | None, Vetoed | None]:
        def veto(text: str) -> str | None:
            return "no" if vetoed in text else None

        return nearest(self.matches, self.known, usable, veto, 0.6, lambda entry: entry.standing in seen)


def test_the_nearest_is_weighed_beside_the_next_of_another_entry() -> None:
    found, vetoed = Near().add("a", 0.9).add("a", 0.8).add("b", 0.7).add("c", 0.65).best()
    assert found is not None
    assert (found.entry.id, found.similarity, found.support, vetoed) == ("a", 0.9, 1, None)
    assert found.margin == pytest.approx(0.2)


def test_without_another_entry_there_is_no_margin() -> None:
    found, _ = Near().add("a", 0.9).add("a", 0.8, kind=Kind.ALIAS).best()
    assert found is not None
    assert (found.margin, found.support) == (None, 1)


def test_an_entry_with_the_same_answer_is_no_rival() -> None:
    found, _ = Near().add("a", 0.9, key="said").add("b", 0.85, key="said").best()
    assert found is not None
    assert (found.margin, found.support) == (None, 0)


def test_a_negative_example_is_no_candidate_and_speaks_against_its_own_entry() -> None:
    found, _ = Near().add("a", 0.95, kind=Kind.NEGATIVE).add("a", 0.9).best()
    assert found is not None
    assert (found.similarity, found.support) == (0.9, 0)
    assert found.margin == pytest.approx(-0.05)


def test_a_negative_example_of_another_entry_speaks_for_that_answer_no_more_than_its_questions() -> None:
    found, _ = Near().add("a", 0.9).add("b", 0.8, kind=Kind.NEGATIVE).best()
    assert found is not None
    assert found.margin == pytest.approx(0.1)


def test_what_is_vetoed_is_told_is_no_candidate_and_speaks_for_another_answer() -> None:
    near = Near().add("a", 0.95).add("b", 0.9).add("a", 0.85).add("c", 0.7)
    found, vetoed = near.best(vetoed="a ")
    assert vetoed == Vetoed("a 0.95", 0.95, "no")
    assert found is not None
    assert (found.entry.id, found.support) == ("b", 0)
    assert found.margin == pytest.approx(-0.05)


def test_where_all_are_vetoed_the_nearest_is_told() -> None:
    assert Near().add("a", 0.95).add("a", 0.9).best(vetoed="a ") == (None, Vetoed("a 0.95", 0.95, "no"))


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.QUARANTINED, Standing.RETIRED])
def test_what_may_not_be_served_gives_way(standing: Standing) -> None:
    found, _ = Near().add("a", 0.95, standing=standing).add("b", 0.9).best()
    assert found is not None
    assert found.entry.id == "b"
    assert found.margin is None, "and speaks for no other answer"


def test_what_waits_is_a_rival_to_its_own_author_only() -> None:
    near = Near().add("a", 0.95, standing=Standing.PENDING).add("b", 0.9)
    others, own = near.best()[0], near.best(seen=(Standing.SHARED, Standing.PENDING))[0]
    assert others is not None
    assert own is not None
    assert others.margin is None
    assert own.margin == pytest.approx(-0.05)


def test_what_waits_is_weighed_where_it_is_wanted() -> None:
    near = Near().add("a", 0.95, standing=Standing.PENDING).add("b", 0.9)
    found, _ = near.best(usable=lambda entry: True)
    assert found is not None
    assert found.entry.id == "a"


def test_what_is_not_near_or_not_known_is_passed_over() -> None:
    near = Near().add("a", 0.61).add("b", 0.6).add("c", 0.59)
    near.matches.insert(0, Match("orphan", 0.99, {}))
    found, _ = near.best()
    assert found is not None
    assert found.entry.id == "a"
    assert near.best(usable=lambda entry: entry.id == "c") == (None, None)
    assert nearest([], {}, lambda entry: True, lambda text: None, 0.6, lambda entry: True) == (None, None)


def test_entries_that_are_close_are_counted_once_each() -> None:
    near = Near().add("a", 0.95).add("a", 0.9).add("b", ALIKE).add("c", ALIKE - 0.01)
    near.matches.insert(0, Match("orphan", 0.99, {}))
    assert redundancy(near.matches, near.known) == 3
    assert redundancy([], {}) == 1
