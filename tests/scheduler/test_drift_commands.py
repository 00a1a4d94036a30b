from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.bootstrap import Services
from core.errors import InputError
from scheduler.commands import COMMANDS, parser_of


@pytest.fixture
def say(make_services: Callable[..., Services]) -> Callable[..., str]:
    """Runs a command as it would be typed, on a migrated database without a past."""
    services = make_services()
    services.database.migrate()

    def run(*words: str) -> str:
        given = parser_of(COMMANDS).parse_args(["drift", *words])
        said: str = given.run(services, given)
        return said

    return run


def test_what_is_due_is_analysed_once_and_a_report_is_written(say: Callable[..., str], tmp_path: Path) -> None:
    first = say("analyse").splitlines()
    assert [line.split()[0] for line in sorted(first)] == ["daily", "hourly", "weekly"]
    assert all("not enough data" in line for line in first)
    assert say("analyse") == "Nothing is due."
    facts = json.loads(say("report"))
    assert facts["level"] == "not enough data"
    written = json.loads(say("report", "--id", facts["id"], "--format", "html", "--to", str(tmp_path / "r.html")))
    assert written["report"] == facts["id"]
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_backfill_without_data_says_so(say: Callable[..., str]) -> None:
    said = say("backfill", "--since", "2026-05-01", "--until", "2026-05-03")
    assert "not enough data for a reference" in said


@pytest.mark.parametrize(
    "words",
    [["backfill"], ["backfill", "--since", "soon", "--until", "2026-05-01"], ["report"],
     ["backfill", "--since", "2026-05-02", "--until", "2026-05-01"]],
)  # fmt: skip
def test_what_cannot_be_done_is_said(say: Callable[..., str], words: list[str]) -> None:
    with pytest.raises(InputError):
        say(*words)
