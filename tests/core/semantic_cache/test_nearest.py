from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.ports import Match
from core.semantic_cache.model import Kind, Standing
from core.semantic_cache.nearest import ALIKE, Candidate, Vetoed, nearest, redundancy
from core.semantic_cache.records import CacheEntry, CacheQuestion

NOW = datetime(2026, 5, 4, tzinfo=UTC)


class Near:
    """Questions at a distance, nearest first; each is called as its entry with its place behind."""

    def __init__(self) -> None:
        self.entries: dict[str, CacheEntry] = {}
        self.known: dict[str, tuple[CacheQuestion, CacheEntry]] = {}
        self.matches: list[Match] = []

    def entry(self, name: str, standing: Standing, key: str) -> CacheEntry:
        return self.entries.setdefault(
            name,
            CacheEntry(
                id=name, tenant="t", release="r", locale="en", standing=standing, answer=name, answer_key=key,
                sources=[], created_at=NOW, fresh_until=NOW, expires_at=NOW,
            ),
        )  # fmt: skip

    def add(
        self, name: str, score: float, *, kind: Kind = Kind.ASKED, standing: Standing = Standing.SHARED, key: str = ""
    ) -> Near:
        owner = self.entry(name, standing, key or name)
        row = CacheQuestion(
            id=f"{name}{len(self.matches)}", entry_id=name, namespace="n", key=name, question=f"{name} {score}",
            kind=kind, indexed=True,
        )  # fmt: skip
        self.known[row.id] = (row, owner)
        self.matches.append(Match(row.id, score, {}))
        return self

    def best(
        self,
        usable: Callable[[CacheEntry], bool] = lambda entry: entry.standing == Standing.SHARED,
        vetoed: str = "nothing",
    ) -> tuple[Candidate | None, Vetoed | None]:
        return nearest(self.matches, self.known, usable, lambda text: "no" if vetoed in text else None, 0.6)


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
    rival = standing == Standing.PENDING
    assert (found.margin is not None) is rival, "only what may yet be served speaks for another answer"


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
    assert nearest([], {}, lambda entry: True, lambda text: None, 0.6) == (None, None)


def test_entries_that_are_close_are_counted_once_each() -> None:
    near = Near().add("a", 0.95).add("a", 0.9).add("b", ALIKE).add("c", ALIKE - 0.01)
    near.matches.insert(0, Match("orphan", 0.99, {}))
    assert redundancy(near.matches, near.known) == 3
    assert redundancy([], {}) == 1
