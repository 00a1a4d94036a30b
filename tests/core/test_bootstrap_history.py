from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from core.bootstrap.history import RecordedHistory
from core.conversation.records import Conversation, Turn
from core.database import Database
from core.drift.model import Signal, Window, hour_of, start_of
from core.feedback.records import Feedback
from core.monitoring import bulk
from core.monitoring.service import Monitoring
from tests.house import TENANT, MovableClock

NOW = hour_of(MovableClock().time)


@pytest.fixture
def history(database: Database) -> RecordedHistory:
    clock = MovableClock()
    clock.pass_by(hours=100)
    return RecordedHistory(database, Monitoring(database, clock))


def event(number: int, hour: int, outcome: str, tenant: str = TENANT) -> dict[str, Any]:
    at = start_of(hour)
    return {
        "turn_id": f"t{number}", "tenant": tenant, "actor_id": "a", "at": at, "hour": hour, "release_id": "r",
        "channel": "stable", "outcome": outcome, "tier": "exact", "similarity": None, "degraded": False, "model": "m",
        "total_ms": 1.0, "first_words_ms": None, "stages_ms": {}, "input_tokens": 0, "output_tokens": 0,
        "cost_usd": 0.0, "error": None,
    }  # fmt: skip


def vote(number: int, hour: int, before: int, after: int) -> dict[str, Any]:
    return {
        "id": f"v{number}-{after}", "turn_id": f"t{number}", "tenant": TENANT, "actor_id": "a",
        "at": start_of(hour + 5), "hour": hour + 5, "before": before, "after": after, "turn_hour": hour,
        "release_id": "r", "channel": "stable", "outcome": "hit",
    }  # fmt: skip


def test_nothing_is_nothing(history: RecordedHistory) -> None:
    window = Window(NOW, NOW + 3)
    assert history.span(TENANT) is None
    assert history.questions(TENANT, window, 10) == ()
    assert all(tally.total == (0, 0) for tally in history.tallies(TENANT, window).values())
    assert history.tallies(TENANT, Window(NOW, NOW)) == {}


def test_rates_are_counted_in_the_hour_of_the_turn_and_in_the_tenant(
    history: RecordedHistory, database: Database
) -> None:
    outcomes = [(0, "hit"), (0, "miss"), (0, "miss"), (0, "bypass"), (2, "hit"), (3, "miss")]
    turns = [event(number, NOW + hour, outcome) for number, (hour, outcome) in enumerate(outcomes)]
    votes = [vote(0, NOW, 0, -1), vote(1, NOW, 0, 1), vote(4, NOW + 2, 0, 1), vote(4, NOW + 2, 1, -1)]
    bulk.write(database, turns=[*turns, event(99, NOW, "miss", "other")], votes=votes)
    found = history.tallies(TENANT, Window(NOW, NOW + 3))
    misses, dislikes = (found[signal].filled(Window(NOW, NOW + 3)) for signal in (Signal.MISS, Signal.DISLIKE))
    assert (misses.trials.tolist(), misses.positives.tolist()) == ([3, 0, 1], [2, 0, 0])
    assert (dislikes.trials.tolist(), dislikes.positives.tolist()) == ([2, 0, 1], [1, 0, 1])
    assert history.span(TENANT) == Window(NOW, NOW + 4)


def turn(number: int, hour: int, outcome: str, question: str, **other: Any) -> Turn:
    given = {
        "id": f"{number:012x}{sha256(str(number).encode()).hexdigest()[:20]}", "conversation_id": "c", "tenant": TENANT,
        "actor_id": f"u{number}", "asked_at": start_of(hour), "question": question, "state": "done", "release_id": "r",
        "channel": "stable", "notices": [], "outcome": outcome, "evidence": {"similarity": 0.5},
    }  # fmt: skip
    return Turn(**(given | other))


def test_questions_are_those_that_may_be_shared_with_what_became_of_them(
    history: RecordedHistory, database: Database
) -> None:
    now = start_of(NOW)
    turns = [
        turn(1, NOW, "miss", "disliked"), turn(2, NOW, "hit", "liked then not"), turn(3, NOW, "bypass", "personal"),
        turn(4, NOW + 3, "hit", "later"), turn(5, NOW, "miss", "cut off", state="interrupted"),
        turn(6, NOW, "hit", "", evidence={}), turn(7, NOW, "hit", "without", evidence={}),
        turn(8, NOW, "hit", "elsewhere", tenant="other"),
    ]  # fmt: skip
    with database.begin() as session:
        session.add(Conversation(id="c", tenant=TENANT, actor_id="a", title="", created_at=now, updated_at=now))
        session.flush()
        session.add_all(turns)
        for number, thumb, withdrawn in ((0, -1, None), (1, 1, now)):
            session.add(Feedback(turn_id=turns[number].id, actor_id="a", tenant=TENANT, thumb=thumb, reasons=[],
                                 comment="", better_answer="", created_at=now, updated_at=now,
                                 withdrawn_at=withdrawn))  # fmt: skip
    found = {one.question: one for one in history.questions(TENANT, Window(NOW, NOW + 3), 10)}
    assert set(found) == {"disliked", "liked then not", "without"}
    assert (found["disliked"].missed, found["disliked"].disliked, found["disliked"].user) == (True, True, "u1")
    assert (found["liked then not"].missed, found["liked then not"].disliked) == (False, None)
    kept = history.texts(TENANT, [one.id for one in turns])
    assert kept[turns[0].id] == "disliked"
    assert turns[5].id not in kept, "its text was dropped"
    assert turns[7].id not in kept, "it is another tenant's"
    assert (found["without"].similarity, found["disliked"].similarity) == (None, 0.5)


def test_a_sample_is_random_over_time_and_the_same_each_time(history: RecordedHistory, database: Database) -> None:
    now = start_of(NOW)
    with database.begin() as session:
        session.add(Conversation(id="c", tenant=TENANT, actor_id="a", title="", created_at=now, updated_at=now))
        session.flush()
        session.add_all([turn(number, NOW + number // 100, "hit", f"q{number}") for number in range(300)])
    window = Window(NOW, NOW + 3)
    sample = history.questions(TENANT, window, 60)
    assert sample == history.questions(TENANT, window, 60)
    thirds = [int(one.question[1:]) // 100 for one in sample]
    assert all(thirds.count(third) >= 8 for third in range(3))
