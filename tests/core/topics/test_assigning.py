from __future__ import annotations

import time

import numpy as np
import pytest

from core.database import Database
from core.topics.assigning import Assigner
from core.topics.clustering import unit_rows
from core.topics.model import LEAST_SIMILARITY, Snapshot
from core.topics.service import Topics
from tests.core.topics.islands import Islands, questions_on
from tests.house import TENANT, MovableClock

NAMES = ("knee", "sleep", "water")


@pytest.fixture
def islands() -> Islands:
    return Islands()


@pytest.fixture
def fitted(database: Database, islands: Islands, clock: MovableClock) -> Database:
    headings = [text for name in NAMES for text, _ in questions_on(name, 12)]
    Topics(database, islands, clock, lambda tenant, since, limit: [], lambda: headings, quick=True).fit(TENANT)
    return database


def test_a_question_without_a_vector_is_remembered_by_its_words(fitted: Database, islands: Islands) -> None:
    assigner = Assigner(fitted, islands, quick=False)
    assert assigner.topic_of(TENANT, "Knee pain?", None) == "", "a remote embedder is not called for a topic"
    topic = assigner.topic_of(TENANT, "Knee pain?", islands.embed(["knee pain"])[0])
    assert topic
    assert assigner.topic_of(TENANT, "  knee PAIN ", None) == topic


def test_an_embedder_in_this_process_is_asked_once(fitted: Database, islands: Islands) -> None:
    assigner, asked = Assigner(fitted, islands, quick=True), islands.asked
    first = assigner.topic_of(TENANT, "water when?", None)
    assert first == assigner.topic_of(TENANT, "Water when", None) != ""
    assert islands.asked == asked + 1


def test_a_part_that_is_down_means_no_topic(fitted: Database, islands: Islands, tmp_path: object) -> None:
    assigner = Assigner(fitted, islands, quick=True)
    islands.down = True
    assert assigner.topic_of(TENANT, "knee pain", None) == ""
    broken = Database(f"sqlite:///{tmp_path}/not-migrated.db")
    assert Assigner(broken, islands, quick=True).topic_of(TENANT, "knee pain", None) == ""
    broken.close()


def test_nothing_crosses_tenants(fitted: Database, islands: Islands) -> None:
    assigner = Assigner(fitted, islands, quick=True)
    assert assigner.topic_of(TENANT, "knee pain", None) != ""
    assert assigner.topic_of("other", "knee pain", None) == ""


def test_what_is_near_nothing_has_no_topic() -> None:
    centres = unit_rows(np.eye(3)[:2])
    snapshot = Snapshot(1, ("a", "b"), centres)
    assert snapshot.nearest(centres[1]) == "b"
    assert snapshot.nearest(np.array([0, 0, 1], dtype=np.float32)) == ""
    edge = np.array([LEAST_SIMILARITY + 0.01, 0, (1 - (LEAST_SIMILARITY + 0.01) ** 2) ** 0.5], dtype=np.float32)
    assert snapshot.nearest(edge) == "a"
    assert snapshot.nearest(np.ones(5, dtype=np.float32)) == "", "the vector of another embedder"


def test_it_takes_less_than_a_fifth_of_a_millisecond(database: Database, islands: Islands) -> None:
    random = np.random.default_rng(1)
    vectors = unit_rows(random.normal(size=(200, 384)))
    assigner = Assigner(database, islands, quick=True)
    assigner._snapshots[TENANT] = (time.monotonic(), Snapshot(1, tuple(map(str, range(40))), vectors[:40]))
    assigner.assign(TENANT, vectors[0])
    began = time.process_time()
    for vector in vectors:
        assigner.assign(TENANT, vector)
    assert (time.process_time() - began) / len(vectors) < 0.0002
