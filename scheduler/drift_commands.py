"""What an operator does with drift at the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from core.access.model import system
from core.bootstrap import Services
from core.drift.model import Kind, start_of
from core.errors import InputError

STEPS = ("analyse", "backfill", "report")


def arguments(parser: ArgumentParser) -> None:
    """Add the step, and what it needs."""
    parser.add_argument("step", choices=STEPS, help="make what is due, replay a past range, or write one report")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind if kind.hours], help="analyse: only this kind")
    parser.add_argument("--since", help="backfill: its begin, such as 2026-05-01 (UTC unless it says otherwise)")
    parser.add_argument("--until", help="backfill: its end")
    parser.add_argument("--id", help="report: which one; the newest by default")
    parser.add_argument("--format", choices=("json", "html"), default="json", help="report: how it is written")
    parser.add_argument("--to", type=Path, help="report: into this file; else it is printed")


def run(services: Services, given: Namespace) -> str:
    """Carry a step out; return what is printed."""
    if given.step == "analyse":
        return analyse(services, given)
    return backfill(services, given) if given.step == "backfill" else report(services, given)


def analyse(services: Services, given: Namespace) -> str:
    """Make the reports that are due."""
    written = services.drift.run([Kind(given.kind)]) if given.kind else services.drift.run()
    lines = [f"{one.kind} {_hour(one.until_hour)} {one.level}: {one.sentence}" for one in written]
    return "\n".join(lines) or "Nothing is due."


def backfill(services: Services, given: Namespace) -> str:
    """Replay a range and say when alarms would have come."""
    if not given.since or not given.until:
        raise InputError("A backfill needs --since and --until.")
    actor = system(services.settings.tenant)
    made = services.drift.backfill(actor, _time(given.since), _time(given.until))
    steps = [f"{_hour(one['hour'])} {one['signal']}: {one['before']} → {one['after']}" for one in made.changes]
    return "\n".join([f"Report {made.id}", made.sentence, *steps])


def report(services: Services, given: Namespace) -> str:
    """Write one report as JSON or HTML."""
    actor, chosen = system(services.settings.tenant), given.id
    if not chosen:
        newest = services.drift.reports(actor, start_of(0), services.clock.now(), limit=1)
        if not newest:
            raise InputError("There is no report yet; run `drift analyse` first.")
        chosen = newest[0].id
    export = services.drift.export_html if given.format == "html" else services.drift.export_json
    text = export(actor, chosen)
    if given.to is None:
        return text
    given.to.write_text(text, encoding="utf-8")
    return json.dumps({"report": chosen, "file": str(given.to)})


def _hour(hour: int) -> str:
    return f"{start_of(hour):%Y-%m-%d %H:%M}"


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is no time; write it like 2026-05-01 or 2026-05-01T14:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
