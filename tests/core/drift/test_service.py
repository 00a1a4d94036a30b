from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from sqlmodel import update

from core.access.model import Role
from core.database import Database
from core.drift.backfill import Other
from core.drift.history import AskedQuestion
from core.drift.model import DAY, Kind, Level, Signal, start_of
from core.drift.records import DriftReport
from core.errors import InputError, NotFoundError
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, START, Past
from tests.core.drift.rooms import Room
from tests.house import person

STEP = 48
PM = person("Pia", Role.PRODUCT)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(REFERENCE + 150, seed=3).raised(Signal.MISS, 0.5, LIVE + STEP)


@pytest.fixture
def room(database: Database, past: Past, embedder: Embedder) -> Room:
    room = Room(database, past, embedder)
    room.references.ensure("default")
    return room.at(STEP + 24)


class Tags(HTMLParser):
    """Collects tags and the addresses in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_state_says_it_in_words_and_numbers(room: Room) -> None:
    state = room.drift.state(PM)
    miss = state.signals[0]
    assert miss.finding.level is Level.DRIFT
    assert state.headline == miss.sentence
    assert "misses run at 5" in state.headline
    assert miss.path is not None
    assert len(miss.path.evidence) == STEP + 24 == len(miss.path.expected) == len(miss.path.levels)
    assert np.all((miss.path.low < miss.path.expected) & (miss.path.expected < miss.path.high))
    assert state.advice.what == "refresh"


def test_a_path_up_to_an_hour_is_what_was_known_then(room: Room) -> None:
    now = room.drift.state(PM).signals[0].path
    then = room.at(STEP + 10).drift.state(PM).signals[0].path
    assert now is not None
    assert then is not None
    assert np.array_equal(now.until(LIVE + STEP + 10).evidence, then.evidence)
    assert now.until(LIVE + STEP + 10).standings == then.standings


def test_what_if_replays_the_same_history_with_another_null_or_margin(room: Room) -> None:
    strict = room.drift.what_if(PM, Signal.MISS, Other(null=0.9))
    wide = room.drift.what_if(PM, Signal.MISS, Other(margin=2.5))
    same = room.drift.what_if(PM, Signal.MISS, Other())
    real = room.drift.state(PM).signals[0].path
    assert strict is not None
    assert wide is not None
    assert same is not None
    assert real is not None
    assert not strict.alarms.any()
    assert not wide.alarms.any()
    assert np.array_equal(same.evidence, real.evidence)
    legacy = room.drift.what_if(PM, Signal.MISS, Other(legacy=0.42))
    assert legacy is not None
    assert legacy.alarms[-1]
    for wrong in (Other(null=1.5), Other(margin=9.0), Other(legacy=2.0)):
        with pytest.raises(InputError):
            room.drift.what_if(PM, Signal.MISS, wrong)


def test_a_backfill_says_when_alarms_would_have_come_and_changes_nothing(room: Room) -> None:
    room.drift.run([Kind.HOURLY])
    before = [one.model_dump() for one in room.reports()]
    made = room.drift.backfill(PM, start_of(LIVE), start_of(LIVE + STEP + 24))
    again = room.drift.backfill(PM, start_of(LIVE), start_of(LIVE + STEP + 24))
    assert made.id == again.id
    alarms = [one["hour"] - LIVE - STEP for one in made.changes if one["after"] == "drift" and one["signal"] == "miss"]
    assert alarms
    assert 0 <= alarms[0] <= 20
    assert made.sentence.startswith("A replay: alarms would have come for misses on ")
    kept = [one.model_dump() for one in room.reports() if one.kind != Kind.REPLAY]
    assert kept == before
    assert room.alerts() == [one for one in room.alerts() if one.report_id != made.id]


def test_a_backfill_before_the_reference_takes_the_days_before_it(room: Room) -> None:
    quiet = room.drift.backfill(PM, start_of(LIVE - 3 * DAY), start_of(LIVE))
    assert quiet.reference_id == f"before-{LIVE - 3 * DAY}"
    with pytest.raises(InputError):
        room.drift.backfill(PM, start_of(LIVE), start_of(LIVE))
    with pytest.raises(InputError):
        room.drift.backfill(PM, start_of(START), start_of(LIVE + 9000))


def test_reports_are_found_by_time_and_kind_and_only_in_their_tenant(room: Room) -> None:
    room.at(STEP + 24.2).drift.run()
    found = room.drift.reports(PM, start_of(START), room.clock.now())
    assert {one.kind for one in found} == {"hourly", "daily", "weekly"}
    assert len(room.drift.reports(PM, start_of(START), room.clock.now(), [Kind.DAILY])) == 1
    with pytest.raises(NotFoundError):
        room.drift.report(person("Pia", Role.ADMIN, tenant="other"), found[0].id)


def test_exports_hold_every_fact_and_run_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    (report,) = room.at(STEP + 24.2).drift.run([Kind.HOURLY])
    grown = {"name": EVIL, "words": [EVIL], "typical": ["t1", "erased"], "share_before": 0.0, "share_after": 0.3,
             "missed": [1, 2], "disliked": [0, 1]}  # fmt: skip
    with room.database.begin() as session:
        session.exec(update(DriftReport).values(sentence=EVIL, questions={"enough": True, "grown": [grown]}))
    facts = json.loads(room.drift.export_json(PM, report.id))
    assert (facts["id"], facts["level"], len(facts["findings"])) == (report.id, "drift", 3)
    monkeypatch.setattr(room.past, "asked", [(0, AskedQuestion("t1", EVIL, "u", True, None, None))])
    page = room.drift.export_html(PM, report.id)
    assert "erased" not in page, "a question whose text is gone is left out"
    assert page.count("&lt;script&gt;") == 4
    tags = Tags()
    tags.feed(page)
    assert "script" not in {tag for tag, _ in tags.found}
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    addresses = [attrs[name] or "" for _, attrs in tags.found for name in ("src", "href") if name in attrs]
    assert addresses
    assert all(address.startswith("data:image/png;base64,") for address in addresses)


def test_the_levels_are_a_table(room: Room) -> None:
    assert [row.level for row in room.drift.levels()] == list(Level)
