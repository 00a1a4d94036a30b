"""The days that stand out, read from rollups of both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from core.access.model import Role
from core.database import Database
from core.errors import ForbiddenError
from core.monitoring.bulk import write
from core.monitoring.filters import View
from core.monitoring.service import Monitoring
from tests.core.monitoring.events import NOON, PRODUCT, turn_event
from tests.e2e.traffic import vote
from tests.house import person

MIDNIGHT = NOON.replace(hour=0)
VIEW = View(MIDNIGHT - timedelta(days=29), NOON)
BAD = range(10, 14)
"""Days ago."""


def live(database: Database, *, bad_topics: tuple[str, ...]) -> Monitoring:
    dice = random.Random(3)
    turns, votes = [], []
    for ago in range(1, 30):
        for place in range(40):
            topic = ("knees", "food")[place % 2]
            one = turn_event(-24 * ago, turn_id=f"{ago} {place}", topic=topic).model_dump()
            turns.append(one)
            bad = ago in BAD and topic in bad_topics
            votes.append(vote(one, up=dice.random() > (0.7 if bad else 0.1)) | {"topic": topic})
    write(database, turns=turns, votes=votes)
    monitoring = Monitoring(database)
    monitoring.roll_up()
    return monitoring


def test_the_bad_days_of_one_topic_are_named_with_it(database: Database) -> None:
    found = live(database, bad_topics=("knees",)).worst(PRODUCT, VIEW)
    assert found is not None
    assert (found.topic, found.leading) == ("knees", None)
    assert (found.since, found.until) == (MIDNIGHT - timedelta(days=13), MIDNIGHT - timedelta(days=9))
    assert found.rate.trials == 80
    assert found.usual.trials == 20 * 29 - 80


def test_where_all_topics_are_bad_none_is_named(database: Database) -> None:
    found = live(database, bad_topics=("knees", "food")).worst(PRODUCT, VIEW)
    assert found is not None
    assert found.topic is None
    assert found.rate.trials == 160


def test_a_usual_month_has_no_such_days_and_neither_has_an_empty_one(database: Database) -> None:
    assert Monitoring(database).worst(PRODUCT, VIEW) is None
    assert live(database, bad_topics=()).worst(PRODUCT, VIEW) is None


def test_only_product_managers_and_admins_may_know(database: Database) -> None:
    with pytest.raises(ForbiddenError):
        Monitoring(database).worst(person("Theo", Role.TRAINER), VIEW)


def test_the_topic_that_leads_in_days_that_are_bad_for_all(database: Database) -> None:
    """One topic a little and one very bad: all turns together stand out most, and the second leads."""
    dice = random.Random(5)
    turns, votes = [], []
    for ago in range(1, 30):
        for place in range(60):
            topic = ("knees", "food", "sleep")[place % 3]
            one = turn_event(-24 * ago, turn_id=f"{ago} {place}", topic=topic).model_dump()
            turns.append(one)
            worse = {"knees": 0.7, "food": 0.4, "sleep": 0.4}[topic] if ago in BAD else 0.1
            votes.append(vote(one, up=dice.random() > worse) | {"topic": topic})
    write(database, turns=turns, votes=votes)
    monitoring = Monitoring(database)
    monitoring.roll_up()
    found = monitoring.worst(PRODUCT, VIEW)
    assert found is not None
    assert found.topic is None
    assert found.leading is not None
    assert found.leading[0] == "knees"
    assert found.leading[1].trials == 80
