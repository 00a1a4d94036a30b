from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_api
from core.bootstrap import Services
from core.database import Database
from core.monitoring.bulk import write
from core.monitoring.job_records import record_run
from core.monitoring.model import hour_of

MakeServices = Callable[..., Services]
NOW = datetime.now(UTC)
TOKEN = "a token that is long enough"


def event(number: int, outcome: str, ms: float) -> dict[str, Any]:
    at = NOW - timedelta(hours=number)
    return {
        "turn_id": f"turn {number}", "tenant": "default", "actor_id": "ana", "at": at, "hour": hour_of(at),
        "release_id": "r1", "channel": "stable", "outcome": outcome, "tier": "none", "similarity": None,
        "degraded": False, "model": "m", "total_ms": ms, "first_words_ms": ms, "stages_ms": {}, "input_tokens": 10,
        "output_tokens": 4, "cost_usd": 0.25, "error": None,
    }  # fmt: skip


@pytest.fixture
def services(make_services: MakeServices, database: Database) -> Services:
    return make_services(database_url=database.url.render_as_string(hide_password=False))


def scraped(services: Services, **headers: str) -> dict[tuple[str, ...], float]:
    response = TestClient(create_api(lambda: services)).get("/metrics", headers=headers)
    assert response.status_code == 200
    return dict(_samples(response.text))


def _samples(text: str) -> Iterator[tuple[tuple[str, ...], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield (sample.name, *(value for _, value in sorted(sample.labels.items()))), sample.value


def test_what_happened_is_counted_by_release_and_outcome(services: Services) -> None:
    turns = [event(1, "hit", 4), event(2, "hit", 40), event(3, "miss", 1800)]
    write(services.database, turns=turns)
    found = scraped(services)
    assert found["coach_turns_total", "hit", "r1"] == 2
    assert found["coach_turns_total", "miss", "r1"] == 1
    assert found["coach_tokens_total", "input", "hit", "r1"] == 20
    assert found["coach_cost_usd_total", "miss", "r1"] == 0.25
    buckets = [
        found["coach_turn_duration_seconds_bucket", le, "hit", "r1"] for le in ("0.005", "0.025", "0.05", "+Inf")
    ]
    assert buckets == [1, 1, 2, 2]
    assert found["coach_turn_duration_seconds_sum", "hit", "r1"] == pytest.approx(0.044)


def test_two_processes_tell_the_same(services: Services, make_services: MakeServices) -> None:
    other = make_services(database_url=services.settings.database)
    write(services.database, turns=[event(1, "hit", 4)])
    assert scraped(services) == scraped(other)
    write(other.database, turns=[event(2, "hit", 4)])
    assert scraped(services)["coach_turns_total", "hit", "r1"] == 2


def test_jobs_tell_how_they_ended(services: Services) -> None:
    record_run(services.database, "cache.judge", NOW, NOW)
    record_run(services.database, "cache.judge", NOW, NOW, "It failed.")
    found = scraped(services)
    assert found["coach_job_runs_total", "cache.judge"] == 2
    assert found["coach_job_failures_total", "cache.judge"] == 1
    assert found["coach_job_last_success_timestamp_seconds", "cache.judge"] == pytest.approx(NOW.timestamp(), abs=1)


def test_nothing_yet_is_no_error(services: Services) -> None:
    assert not any(name.startswith("coach_turns") for name, *_ in scraped(services))


def test_with_a_token_only_who_shows_it_may_scrape(make_services: MakeServices, database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    services = make_services(metrics_token=TOKEN, database_url=url)
    api = TestClient(create_api(lambda: services))
    assert api.get("/metrics").status_code == 403
    assert api.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert scraped(services, authorization=f"Bearer {TOKEN}") is not None


def test_a_server_for_others_needs_a_token(make_services: MakeServices) -> None:
    services = make_services(sign_in="oidc")
    response = TestClient(create_api(lambda: services)).get("/metrics")
    assert response.status_code == 403
    assert "COACH_METRICS_TOKEN" in response.json()["error"]


def test_before_the_start_there_are_none() -> None:
    assert TestClient(create_api(lambda: None)).get("/metrics").status_code == 503
