from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access.model import system
from core.monitoring.bulk import write
from core.monitoring.model import hour_of
from tests.pages.console import PRODUCT, TRAINER, Console, texts

DAYS = 45
PAGE = "product/drift.py"


def lived(console: Console, *, missed_lately: float) -> None:
    """Let 45 days pass: 30 % misses, and in the last 20 hours another share; then freeze the first four weeks."""
    random, now = np.random.default_rng(5), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    turns: list[dict[str, Any]] = []
    for number in range(DAYS * 24):
        at = now - timedelta(hours=DAYS * 24 - number)
        share = missed_lately if number >= DAYS * 24 - 20 else 0.3
        turns += [
            {
                "turn_id": f"{number}-{place}", "tenant": "default", "actor_id": "ana", "at": at, "hour": hour_of(at),
                "release_id": "r", "channel": "stable", "outcome": "miss" if random.random() < share else "hit",
                "tier": "none", "similarity": None, "degraded": False, "model": "m", "total_ms": 9.0,
                "first_words_ms": 9.0, "stages_ms": {}, "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0,
                "error": None,
            }
            for place in range(int(random.poisson(15)))
        ]  # fmt: skip
    write(console.services.database, turns=turns)
    console.services.monitoring.roll_up()
    since = now - timedelta(days=DAYS)
    console.services.drift.refreeze(system("default"), since, since + timedelta(days=28), "The first four weeks.")


def part(tab: AppTest, name: str) -> AppTest:
    control = next(one for one in tab.get("button_group") if one.key == "part")
    return control.set_value(name).run()


def test_with_no_traffic_it_says_what_is_missing(console: Console) -> None:
    tab = console.open(PAGE, PRODUCT)
    assert not tab.exception
    assert "Not enough data" in texts(tab)
    for name in ("Topics", "What if", "Reports", "Reference", "Alerts", "Levels"):
        tab = console.open(PAGE, PRODUCT, part=name)
        assert not tab.exception, name


def test_a_calm_past_is_said_to_be_calm(console: Console) -> None:
    lived(console, missed_lately=0.3)
    tab = console.open(PAGE, PRODUCT)
    assert not tab.exception
    assert "No drift" in tab.success[0].value
    assert len(tab.get("plotly_chart")) == 2


def test_a_drift_is_dated_and_something_is_recommended(console: Console) -> None:
    lived(console, missed_lately=0.6)
    tab = console.open(PAGE, PRODUCT)
    assert not tab.exception
    assert "misses run at" in tab.warning[0].value
    assert "refresh" in texts(tab).lower()
    tab = console.open(PAGE, PRODUCT, part="What if", signal="Misses")
    assert not tab.exception
    rules = tab.dataframe[0].value
    assert list(rules["rule"]) == ["this product's", "legacy rule: rate of a day"]
    assert (rules["alarms"] >= 1).all()


def test_another_window_is_frozen_with_a_reason(console: Console) -> None:
    lived(console, missed_lately=0.3)
    tab = console.open(PAGE, PRODUCT, part="Reference")
    tab.text_input[0].set_value("A new season.")
    tab = next(button for button in tab.button if button.label == "Freeze").click().run()
    assert not tab.exception
    assert console.services.drift.references(console.actor(PRODUCT))[0].reason == "A new season."
    tab = next(button for button in tab.button if button.label == "Freeze").click().run()
    assert console.services.drift.references(console.actor(PRODUCT))[0].reason == "A new season."


def test_without_a_channel_a_test_says_what_to_set(console: Console) -> None:
    tab = console.open(PAGE, PRODUCT, part="Alerts")
    tab = tab.button[0].click().run()
    assert "COACH_ALERT_URLS" in tab.warning[0].value


@pytest.mark.parametrize("email", [TRAINER])
def test_a_trainer_is_refused(console: Console, email: str) -> None:
    assert "needs the role product manager" in console.reach(PAGE, email).error[0].value
