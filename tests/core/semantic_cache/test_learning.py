from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import numpy as np
import pytest

from core.database import Database, new_id
from core.semantic_cache.budget import COLD, ENOUGH, LEAST
from core.semantic_cache.calibration import PRIOR
from core.semantic_cache.evidence import NAMES, VERSION, Compared
from core.semantic_cache.learning import COLD_START, EVERY, LONGEST, Learner, learned, recent
from core.semantic_cache.records import CacheDecision
from tests.house import MovableClock

NAMED = "embedder+verifier"
MEASURE = f"{NAMED}+{VERSION}"
DOUBTFUL = Compared(0.8, 0.05, 0, 0.5, 0.9).features()


@pytest.fixture
def learner(database: Database, clock: MovableClock) -> Learner:
    return Learner(database, clock, NAMED, 0.01)


def keep(
    database: Database, label: float | None, count: int = 1, *, tenant: str = "default", measure: str = MEASURE,
    features: list[float] | None = None, at: datetime | None = None, by: str | None = None,
) -> None:  # fmt: skip
    with database.begin() as session:
        session.add_all(
            CacheDecision(
                id=new_id(), tenant=tenant, measure=measure, namespace="n", actor_id="a", at=at or MovableClock().time,
                question="q", entry_id="e", known="k", features=DOUBTFUL.tolist() if features is None else features,
                similarity=0.8, probability=0.7, required=0.9, served=True, label=label, labelled_by=by,
            )
            for _ in range(count)
        )  # fmt: skip


def believed(learner: Learner, tenant: str = "default") -> float:
    return learner.in_force(tenant).probability(DOUBTFUL)


COLDLY = COLD_START.probability(DOUBTFUL)


def test_before_the_first_decision_the_prior_is_in_force(learner: Learner) -> None:
    assert (learner.in_force("default"), COLD_START.required) == (COLD_START, COLD)
    assert float(PRIOR.probability(DOUBTFUL[None, :])[0]) > COLDLY


@pytest.mark.parametrize(("label", "rises"), [(1.0, True), (0.0, False)])
def test_labels_count_at_the_next_learning(database: Database, learner: Learner, label: float, *, rises: bool) -> None:
    believed(learner)
    keep(database, label, 10)
    assert believed(learner) == COLDLY
    learner.learn("default")
    assert (believed(learner) > COLDLY) is rises


def test_decisions_without_a_label_teach_no_weight(database: Database, learner: Learner) -> None:
    keep(database, None, 10)
    assert believed(learner) == pytest.approx(COLDLY)
    assert learner.in_force("default").belief.mean == pytest.approx(PRIOR.mean)


def test_what_the_verifier_said_as_the_judge_teaches_nothing(database: Database, learner: Learner) -> None:
    believed(learner)
    keep(database, 0.0, 10, by="judge:verifier")
    learner.learn("default")
    assert believed(learner) == pytest.approx(COLDLY)
    keep(database, 0.0, 10, by="judge:gpt")
    learner.learn("default")
    assert believed(learner) < COLDLY


def test_each_tenant_learns_from_its_own(database: Database, learner: Learner) -> None:
    keep(database, 1.0, 10, tenant="one")
    keep(database, 0.0, 10, tenant="other")
    assert believed(learner, "other") < COLDLY < believed(learner, "one")
    assert believed(learner) == COLDLY


def test_figures_of_another_embedder_or_verifier_are_left_out(database: Database, learner: Learner) -> None:
    keep(database, 0.0, 50, measure=f"embedder+other+{VERSION}")
    assert learner.in_force("default") == COLD_START
    keep(database, 1.0, 10)
    learner.learn("default")
    assert believed(learner) > COLDLY


def test_figures_of_another_version_are_left_out(database: Database, learner: Learner) -> None:
    keep(database, 0.0, 5, features=[1.0] * (len(NAMES) - 1))
    keep(database, 0.0, 50, measure=NAMED)
    assert learner.in_force("default") == COLD_START


def test_it_learns_after_some_decisions(database: Database, learner: Learner) -> None:
    believed(learner)
    keep(database, 1.0, EVERY)
    for _ in range(EVERY - 1):
        learner.noticed("default")
    assert believed(learner) == COLDLY
    learner.noticed("default")
    assert believed(learner) > COLDLY


def test_it_learns_after_some_time(database: Database, learner: Learner, clock: MovableClock) -> None:
    believed(learner)
    keep(database, 1.0, 10)
    learner.noticed("default")
    assert believed(learner) == COLDLY
    clock.time += LONGEST
    learner.noticed("default")
    assert believed(learner) > COLDLY


@pytest.fixture
def servers(database: Database, clock: MovableClock) -> Iterator[list[Learner]]:
    with closing(Database(database.url.render_as_string(hide_password=False))) as other:
        yield [Learner(own, clock, NAMED, 0.01) for own in (database, other)]


def test_what_one_server_kept_every_server_learns(
    database: Database, servers: list[Learner], clock: MovableClock
) -> None:
    assert [believed(server) for server in servers] == [COLDLY] * 2
    keep(database, 0.0, 10)
    clock.time += LONGEST
    for server in servers:
        server.noticed("default")
    one, other = (believed(server) for server in servers)
    assert one == other < COLDLY


def test_only_the_newest_decisions_count(database: Database, clock: MovableClock) -> None:
    keep(database, 0.0, 5, at=clock.time)
    clock.pass_by(hours=1)
    keep(database, 1.0, 5, at=clock.time)
    with database.read() as session:
        assert [label for _, label, _ in recent(session, "default", MEASURE, 5)] == [1.0] * 5
        assert len(recent(session, "default", MEASURE, 50)) == 10
        assert recent(session, "default", MEASURE, 0) == []


def test_a_verifier_that_proves_right_is_trusted_and_one_that_proves_wrong_is_not() -> None:
    random = np.random.default_rng(5)
    rows = [
        (Compared(0.85, None, 0, 0.5, verified).features().tolist(), verified > 0.5, True)
        for verified in random.random(ENOUGH + 100)
    ]
    right = learned([(x, float(label), served) for x, label, served in rows], 0.01)
    wrong = learned([(x, float(not label), served) for x, label, served in rows], 0.01)
    sure = Compared(0.85, None, 0, 0.5, 0.99).features()
    assert LEAST <= right.required <= COLD
    assert right.probability(sure) >= right.required
    assert wrong.probability(sure) < wrong.required
