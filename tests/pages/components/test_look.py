from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.look import (
    COMPARISONS,
    EARLIEST,
    FILTERS,
    FORMS,
    GRAINS,
    LATEST,
    PARTS,
    SPANS,
    Look,
    address_of,
    look_from,
    zone_names,
)

WORDS = st.lists(st.text(min_size=1, max_size=20), max_size=3, unique=True).map(tuple)


@st.composite
def looks(draw: st.DrawFn) -> Look:
    span = draw(st.sampled_from(sorted(SPANS)))
    first, last = sorted(draw(st.lists(st.dates(EARLIEST, LATEST), min_size=2, max_size=2)))
    return Look(
        span=span,
        first=first if span == "dates" else None,
        last=last if span == "dates" else None,
        compare=draw(st.sampled_from(sorted(COMPARISONS))),
        grain=draw(st.sampled_from(sorted(GRAINS))),
        zone=draw(st.sampled_from(["", "UTC", "Europe/Berlin", "Asia/Kathmandu"])),
        part=draw(st.sampled_from(sorted(PARTS))),
        form=draw(st.sampled_from(sorted(FORMS))),
        live=draw(st.booleans()),
        **{name: draw(WORDS) for name in FILTERS},
    )


@given(looks())
def test_an_address_brings_back_exactly_what_was_looked_at(look: Look) -> None:
    assert look_from(address_of(look)) == look


def test_an_untouched_page_has_a_bare_address() -> None:
    assert address_of(Look()) == {}


@given(st.dictionaries(st.sampled_from(["range", "from", "to", "zone", "topic", "as", "grain"]), st.lists(st.text())))
def test_no_address_breaks_the_page(query: dict[str, list[str]]) -> None:
    look = look_from(query)
    assert look.span in SPANS
    assert look.zone == "" or look.zone in zone_names()
    assert look_from(address_of(look)) == look


@pytest.mark.parametrize(
    "query",
    [
        {"range": ["dates"]},
        {"range": ["dates"], "from": ["2026-05-04"]},
        {"range": ["dates"], "from": ["2026-05-04"], "to": ["2026-05-01"]},
        {"range": ["dates"], "from": ["yesterday"], "to": ["2026-05-01"]},
    ],
)
def test_dates_that_are_none_count_as_not_said(query: dict[str, list[str]]) -> None:
    assert look_from(query).span == Look().span


def test_dates_are_read() -> None:
    look = look_from({"range": ["dates"], "from": ["2026-05-01"], "to": ["2026-05-04"]})
    assert (look.first, look.last) == (date(2026, 5, 1), date(2026, 5, 4))


def test_filters_are_bounded_and_can_be_taken_away() -> None:
    look = look_from({"topic": [str(number) for number in range(1000)], "outcome": ["hit", "hit"]})
    assert len(look.topic) == 50
    assert look.outcome == ("hit",)
    assert look.filtered == 2
    assert look.unfiltered() == Look()
