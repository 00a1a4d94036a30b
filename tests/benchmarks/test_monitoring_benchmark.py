"""The benchmark of monitoring as it is called, and that its traffic is what it says."""

from __future__ import annotations

import json

import pytest

from benchmarks import monitoring
from benchmarks.monitoring_parts import voting
from benchmarks.monitoring_parts.traffic import BEGIN, END, turns, votes


def test_one_command_prints_the_tables_and_a_json_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "ONE_BY_ONE", 20)
    monkeypatch.setattr(monitoring, "REPEATS", 1)
    monkeypatch.setattr(voting, "EACH", 1)
    monitoring.main("--events 300 --database sqlite --json".split())
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {(row["query"], row["days"]) for row in found["rows"]} == {
        (name, days) for days in (30, 90) for name in monitoring.queries(days)
    }
    assert all(row["ms"] > 0 and row["CPU ms"] > 0 for row in found["rows"])
    assert (found["turns"], found["database"], found["votes lost or doubled"]) == (300, "sqlite", 0)
    assert found["rollup, events per CPU s"] > 0


def test_traffic_has_the_number_of_turns_asked_for_within_its_days_and_is_the_same_each_time() -> None:
    rows = [row for some in turns(500, at_once=200) for row in some]
    assert len({row["turn_id"] for row in rows}) == 500
    assert all(BEGIN <= row["at"] < END for row in rows)
    assert rows == [row for some in turns(500, at_once=200) for row in some]
    assert {row["turn_id"] for row in votes(rows)} < {row["turn_id"] for row in rows}
