from __future__ import annotations

from itertools import combinations

import pytest

from core.semantic_cache import vocabulary
from core.semantic_cache.veto import Veto
from core.text import Names, plain, unit

LINES = list(vocabulary.KINDS.items())
KINDS = [kind for kind, _ in LINES]
PAIRS = vocabulary.opposites(vocabulary.OPPOSITES)


def test_the_first_name_of_a_line_is_the_concept_of_each() -> None:
    assert vocabulary.concepts("\nknee\nfoot, feet\n") == {"knee": "knee", "foot": "foot", "feet": "foot"}


def test_the_sides_of_a_line_are_opposites() -> None:
    assert vocabulary.opposites("\nlow / high, tall\n") == [(("low",), ("high", "tall"))]


def test_names_with_a_negation_deny() -> None:
    assert vocabulary.denying("\nbodyweight, no equipment, without weights\nbench\n") == [
        "no equipment",
        "without weights",
    ]


@pytest.mark.parametrize(("kind", "lines"), LINES, ids=KINDS)
def test_every_name_is_found_as_its_own_concept(kind: str, lines: str) -> None:
    meanings = vocabulary.concepts(lines)
    names = Names(meanings)
    assert {name: names.within(plain(name)) for name in meanings} == {name: {one} for name, one in meanings.items()}


@pytest.mark.parametrize(("kind", "lines"), LINES, ids=KINDS)
def test_no_name_stands_in_two_lines(kind: str, lines: str) -> None:
    named = [{name.strip() for name in line.split(",")} for line in lines.strip().splitlines()]
    assert [one & other for one, other in combinations(named, 2) if one & other] == []
    assert all(all(names) for names in named)


@pytest.mark.parametrize(("kind", "lines"), LINES, ids=KINDS)
def test_any_two_concepts_of_a_kind_are_told_apart(kind: str, lines: str) -> None:
    veto, names = Veto(), sorted(set(vocabulary.concepts(lines).values()))
    if kind == vocabulary.ASKED:
        names = [
            next(n for n, one in vocabulary.concepts(lines).items() if one == name and n != name) for name in names
        ]
    alike = [pair for pair in combinations(names, 2) if veto.reason(f"About {pair[0]}?", f"About {pair[1]}?") is None]
    assert alike == []


@pytest.mark.parametrize(("words", "against"), PAIRS, ids=[f"{one[0]} / {other[0]}" for one, other in PAIRS])
def test_every_word_is_told_apart_from_its_opposites(words: tuple[str, ...], against: tuple[str, ...]) -> None:
    assert all([*words, *against])
    assert not {plain(word) for word in words} & {plain(word) for word in against}
    veto = Veto()
    alike = [(w, a) for w in words for a in against if veto.reason(f"About {w} that?", f"About {a} that?") is None]
    assert alike == []


def test_every_measure_is_made_of_units() -> None:
    assert [name for measure in vocabulary.MEASURES for name in measure if unit(name) != name] == []
