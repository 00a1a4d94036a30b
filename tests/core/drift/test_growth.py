from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.drift.growth import Growth
from core.drift.history import AskedQuestion
from core.drift.model import Window
from core.drift.records import DriftReference
from core.ports import Embedder
from tests.core.drift.pasts import LIVE, REFERENCE, START, Past
from tests.house import TENANT

USUAL = [
    "How deep should I squat", "Is running bad for knees", "How do I warm up", "What is a good plank time",
    "How often should I train", "Can I train with a cold", "How much water do I need",
]  # fmt: skip
NOW = Window(LIVE, LIVE + 24)


def reference() -> DriftReference:
    return DriftReference(
        id="r", tenant=TENANT, since_hour=START, until_hour=LIVE, frozen_at=datetime(2026, 4, 1, tzinfo=UTC), by="",
        reason="",
    )  # fmt: skip


def past(new_share: int) -> Past:
    """Return questions about the usual things, of which now one in `new_share` is about creatine (0 for none)."""
    made = Past(REFERENCE + 24, volume=0.1)
    for number in range(420):
        text = f"{USUAL[number % 7]} number {number}?"
        made.asked.append(
            (START + number % REFERENCE, AskedQuestion(f"r{number}", text, f"u{number % 50}", False, None, 0.8))
        )
    for number in range(240):
        new = bool(new_share) and number % new_share == 0
        text = f"Should I take creatine powder {number} daily?" if new else f"{USUAL[number % 7]} number {number}?"
        one = AskedQuestion(f"t{number}", text, f"u{number}", new, new if number % 2 else None, 0.4 if new else 0.8)
        made.asked.append((LIVE + number % 24, one))
    return made


@pytest.mark.slow
def test_a_new_topic_is_found_named_and_explained_and_nothing_is_found_where_nothing_is_new(embedder: Embedder) -> None:
    facts = Growth(past(3), embedder).facts(TENANT, reference(), NOW)
    grown = facts["grown"][0]
    assert (facts["enough"], facts["before"], facts["after"]) == (True, 420, 240)
    assert "creatine" in grown["name"].lower()
    assert grown["share_before"] < 0.02 < 0.2 < grown["share_after"]
    texts = past(3).texts(TENANT, grown["typical"])
    assert len(grown["typical"]) == len(texts) > 0, "a report keeps turns and no text"
    assert all("creatine" in question for question in texts.values())
    assert "members" not in grown
    assert facts["similarity"]["now"]["mean"] < facts["similarity"]["reference"]["mean"]
    assert Growth(past(0), embedder).facts(TENANT, reference(), NOW)["grown"] == []


def test_too_few_questions_say_so(embedder: Embedder) -> None:
    few = Past(REFERENCE + 24, volume=0.1)
    few.asked = [(START + 1, AskedQuestion("t", "How do I warm up?", "u", False, None, None))]
    facts = Growth(few, embedder).facts(TENANT, reference(), NOW)
    assert (facts["enough"], facts["grown"]) == (False, [])
    assert facts["similarity"]["reference"] == {"mean": None, "error": None, "lookups": 0}
