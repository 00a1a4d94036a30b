"""Phoenix is tried where it is installed; everywhere else the benchmark says that it is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from benchmarks import monitoring
from benchmarks.monitoring_parts import phoenix, phoenix_charts
from benchmarks.monitoring_parts.phoenix_charts import BERLIN, CHARTS, chart, project
from benchmarks.monitoring_parts.phoenix_process import ENVIRONMENT, Phoenix, settings
from benchmarks.monitoring_parts.traffic import turns, votes
from tests.benchmarks.environments import without_the_package

TURNS = 300
ROWS = next(turns(TURNS))


@pytest.fixture(scope="module")
def filled() -> Iterator[Phoenix]:
    """A Phoenix that has got the traffic."""
    if why := phoenix.missing():
        pytest.skip(why)
    with closing(Phoenix()) as server:
        phoenix.price(server)
        speeds = phoenix.in_batches(server, TURNS)
        assert all(value > 0 for value in speeds.values())
        yield server


@pytest.mark.slow
def test_it_keeps_the_traffic_and_charts_it(filled: Phoenix) -> None:
    answers = {name: chart(filled, project(filled), name, 90) for name in CHARTS}
    spans = answers["spans"]["spanCountTimeSeries"]["data"]
    days = Counter((row["at"] + timedelta(minutes=BERLIN)).date() for row in ROWS)
    assert sorted(point["totalCount"] for point in spans if point["totalCount"]) == sorted(days.values())
    assert sum(point["errorCount"] or 0 for point in spans) == sum(row["error"] is not None for row in ROWS)
    head, cost = answers["head"], sum(row["cost_usd"] for row in ROWS)
    assert filled.kept() == head["traceCount"] == TURNS
    assert head["costSummary"]["total"]["cost"] == pytest.approx(cost)
    assert head["p50"] == pytest.approx(sorted(row["total_ms"] for row in ROWS)[TURNS // 2], rel=0.2)
    assert answers["models"]["topModelsByCost"][0]["costSummary"]["total"]["cost"] == pytest.approx(cost)
    assert answers["votes"]["spanAnnotationScoreTimeSeries"]["names"] == ["vote"]
    assert head["costSummary"]["total"]["tokens"] == sum(row["input_tokens"] + row["output_tokens"] for row in ROWS)


@pytest.mark.slow
def test_every_vote_is_kept(filled: Phoenix) -> None:
    found = filled.ask(
        "query ($id: ID!) { node(id: $id) { ... on Project {"
        ' spanAnnotationSummary(annotationName: "vote") { count meanScore } } } }',
        id=project(filled),
    )["node"]["spanAnnotationSummary"]
    cast = votes(ROWS)
    assert found["count"] == len(cast)
    assert found["meanScore"] == pytest.approx(sum(vote["after"] > 0 for vote in cast) / len(cast))


@pytest.mark.slow
def test_it_listens_to_the_loopback_only(filled: Phoenix) -> None:
    listening = [one.laddr.ip for one in psutil.Process(filled.pid).net_connections("inet") if one.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


@pytest.mark.slow
def test_its_own_figures_are_positive(filled: Phoenix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phoenix, "ONE_BY_ONE", 20)
    monkeypatch.setattr(phoenix, "ALONE", 2)
    monkeypatch.setattr(phoenix_charts, "REPEATS", 1)
    assert all(value > 0 for value in phoenix.one_by_one(filled).values())
    assert all(row["ms"] > 0 and row["CPU ms"] > 0 for row in phoenix_charts.queries(filled))
    now, most = filled.memory()
    assert 0 < now <= most
    assert filled.bytes_on_disk() > 0
    assert filled.cpu_seconds() > 0


def test_it_is_told_of_no_network_and_of_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHOENIX_SQL_DATABASE_URL", "postgresql://elsewhere/phoenix")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere")
    told = settings(tmp_path, 1234)
    assert {name: value for name, value in told.items() if name.startswith(("PHOENIX_", "OTEL_"))} == {
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": "1234",
        "PHOENIX_WORKING_DIR": str(tmp_path),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }


def test_what_is_not_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    assert monitoring.beside(10) == ([], {})
    assert "phoenix is not installed" in capsys.readouterr().out


def test_an_environment_without_the_package_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT, without_the_package(tmp_path))
    assert monitoring.beside(10) == ([], {})
    assert "no such package. How to install it" in capsys.readouterr().out


def test_an_install_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(bytes(23))
    assert phoenix.install_bytes(tmp_path) == 123
