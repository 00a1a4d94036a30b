"""The benchmark of drift as it is called, and that its traffic is what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import drift
from benchmarks.drift_parts.measure import cell, watch
from benchmarks.drift_parts.peers import by_path
from benchmarks.drift_parts.traffic import QUIET, REFERENCE, SIGNALS, WORLDS, simulate


class Oracle:
    """Knows when to ring: hours that are positive throughout, as only a test makes them."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.onset = at, at

    def fit(self, hours: object, trials: object, positives: object) -> None: ...

    def update(self, hour: int, trials: int, positives: int) -> bool:
        return self.at is not None and self.at <= hour < self.at + 30


def silent(signal: str) -> Oracle:
    assert signal in SIGNALS
    return Oracle()


def test_one_command_prints_the_tables_and_a_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    drift.main("--runs 2 --signals dislike --rates 5 --worlds quiet,step,ramp,spike --peers cusum --json".split())
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(row["world"], row["detector"]) for row in found["rows"]] == [
        (world, name) for world in ("quiet", "step", "ramp", "spike") for name in ("ours", "cusum")
    ]
    assert {"alarms", "runs with", "µs"} <= set(found["rows"][0])
    assert {"median", "p90", "missed", "rang before", "onset off by"} <= set(found["rows"][2])


@pytest.mark.slow
def test_the_same_command_prints_the_topics_and_the_weekly_analysis(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subjects = ("squats", "creatine", "sleep", "running")
    lines = [{"q": f"{ask} {of}?", "cls": of} for of in subjects for ask in ("Should I do", "How much", "Why is it")]
    data = tmp_path / "few.jsonl"
    data.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    drift.main(f"--runs 1 --signals miss --rates 5 --worlds step --questions {data} --turns 800 --json".split())
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(row["data"], row["new share"], row["wobble"]) for row in found["questions"]] == [
        ("few", share, wobble) for share in (0.0, 0.1) for wobble in (0.0, 0.3)
    ]
    assert found["weekly"]["turns"] == 800
    assert found["weekly"]["met"]


def test_peers_are_measured_at_their_rates_only(capsys: pytest.CaptureFixture[str]) -> None:
    drift.main("--runs 1 --signals miss --rates 5,8 --peer-rates 8 --worlds step --peers cusum --json".split())
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [(row["per hour"], row["detector"]) for row in rows] == [(5, "ours"), (8, "ours"), (8, "cusum")]


def test_any_detector_with_the_contract_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    drift.main(f"--runs 2 --signals miss --rates 5 --worlds step --detector {__name__}:silent --json".split())
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert row["missed"] == 1
    assert row["median"] is None


@pytest.mark.parametrize("path", ["nothing.here:make", "json:nothing", "json"])
def test_a_factory_that_is_not_there_is_named(path: str) -> None:
    with pytest.raises(SystemExit, match=path):
        by_path(path)


def test_worlds_that_do_not_exist_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        drift.main(["--worlds", "heaven"])
    assert "there are quiet, wobble" in capsys.readouterr().err


@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_traffic_has_a_reference_and_possible_counts(world: object) -> None:
    traffic = simulate(world, SIGNALS["dislike"], 50, np.random.default_rng(0), 10)  # type: ignore[arg-type]
    assert 0.8 * REFERENCE < traffic.watched <= REFERENCE
    assert np.all(np.diff(traffic.hours) > 0)
    assert np.all((traffic.positives >= 0) & (traffic.positives <= traffic.trials))


@pytest.mark.parametrize("name", SIGNALS)
def test_a_step_moves_the_rate_from_the_usual_to_the_changed_one(name: str) -> None:
    signal, rates = SIGNALS[name], []
    for seed in range(6):
        traffic = simulate(WORLDS["step"], signal, 500, np.random.default_rng(seed))
        assert traffic.begins is not None
        after = traffic.hours >= traffic.begins
        rates.append([traffic.positives[part].sum() / traffic.trials[part].sum() for part in (~after, after)])
    assert np.mean(rates, axis=0) == pytest.approx([signal.usual, signal.changed], abs=0.03)


def test_delay_onset_and_lingering_are_counted_from_the_truth() -> None:
    traffic = simulate(WORLDS["spike"], SIGNALS["miss"], 5, np.random.default_rng(1))
    assert traffic.begins is not None
    found = watch(Oracle(traffic.begins + 4), traffic)
    assert (found.delay, found.onset, found.alarms, found.before, found.lingering) == (5, 4, 1, 0, False)
    assert watch(Oracle(traffic.begins + 60), traffic).lingering


def test_the_same_seed_gives_every_detector_the_same_traffic() -> None:
    rows = [cell(Oracle, QUIET, SIGNALS["miss"], 5, 2, 3) for _ in range(2)]
    assert rows[0]["alarms"] == rows[1]["alarms"] == 0
