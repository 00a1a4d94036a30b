"""What a turn costs: start-up, milliseconds by stage, first words, memory, and the size of the environment.

    python -m benchmarks.turn [--data questions.csv] [--json]

Starts real servers (`app.py`) on embedded parts in an empty data folder. The first usable page is timed with a real
browser where Playwright and Chromium are there, else up to the first 200 of /api/ready.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks.environment import environment_bytes
from benchmarks.report import percentile, show
from benchmarks.retrieval import QUESTIONS, read_questions
from core.access.model import Actor, Role, actor_id
from core.bootstrap import Services, build_services
from core.conversation.model import Outcome, TurnView
from core.monitoring.records import TurnEvent
from core.setting_sources import load_settings
from core.settings import ROOT

USERS = 20
START_LIMIT_S = 300


@contextmanager
def server(data: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    """Serve the app from a data folder; yield its address, its process, and the seconds until it was ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "COACH_DATA_DIR": str(data), "PORT": str(port), "COACH_LOG_LEVEL": "WARNING"}
    started = perf_counter()
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/api/ready", timeout=2) as response:
                    if response.status == 200:
                        break
            except (URLError, OSError):
                if process.poll() is not None or perf_counter() - started > START_LIMIT_S:
                    raise SystemExit(f"the server did not start: {(data / 'server.log').read_text()}") from None
                sleep(0.02)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid), perf_counter() - started
    finally:
        process.terminate()
        process.wait(30)


def page_seconds(address: str) -> float | None:
    """Return the seconds until the chat can be typed into, in a browser without a cache; None without a browser."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    system = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        except Error:
            return None
        page = browser.new_page()
        started = perf_counter()
        page.goto(address)
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=60_000)
        spent = perf_counter() - started
        browser.close()
    return spent


def ask(services: Services, name: str, question: str) -> tuple[TurnView, float, float]:
    """Return the turn, the milliseconds to its first words and to its end, as the page would see them."""
    actor = Actor(actor_id(services.settings.tenant, name), services.settings.tenant, name, Role.TRAINER)
    started, first = perf_counter(), 0.0
    for part in services.asking.ask(actor, question):
        if isinstance(part, str) and not first:
            first = (perf_counter() - started) * 1000
        if isinstance(part, TurnView):
            return part, first, (perf_counter() - started) * 1000
    raise RuntimeError("a turn ended without its view")


def _row(name: str, values: Sequence[float]) -> dict[str, Any]:
    p50, p95 = (percentile(values, 0.5), percentile(values, 0.95)) if values else (None, None)
    return {"what": name, "n": len(values), "p50 ms": p50, "p95 ms": p95}


def turns(services: Services, questions: Sequence[str]) -> list[dict[str, Any]]:
    """Ask each question, then each again: misses and hits, with their stages."""
    for one in services.conversations.listing(Actor("warm", services.settings.tenant, "warm", Role.TRAINER)):
        raise RuntimeError(f"the data folder is not empty: {one.id}")
    services.embedder.embed(["warm"])
    miss, hit = [], []
    for question in questions:
        turn, first, total = ask(services, "first", question)
        if turn.outcome is Outcome.MISS and turn.quotes:
            miss.append((turn.id, first, total, question))
    for _, _, _, question in miss:
        turn, first, total = ask(services, "second", question)
        if turn.outcome is Outcome.HIT:
            hit.append((turn.id, first, total, question))
    rows = [_row("cached: whole answer", [total for _, _, total, _ in hit])]
    rows += _stages(services, "cached", [turn for turn, *_ in hit])
    rows.append(_row("fresh: first words", [first for _, first, _, _ in miss]))
    rows.append(_row("fresh: whole answer", [total for _, _, total, _ in miss]))
    return rows + _stages(services, "fresh", [turn for turn, *_ in miss])


def _stages(services: Services, name: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    with services.database.read() as session:
        events = [event for turn in ids if (event := session.get(TurnEvent, turn))]
    stages = sorted({stage for event in events for stage in event.stages_ms})
    return [
        _row(f"{name}: {stage} stage", [event.stages_ms[stage] for event in events if stage in event.stages_ms])
        for stage in stages
    ]


def crowd(services: Services, questions: Sequence[str]) -> dict[str, Any]:
    """Let 20 users ask at the same time; return errors and latencies."""

    def user(number: int) -> list[float | str]:
        results: list[float | str] = []
        for question in questions[number::USERS]:
            try:
                results.append(ask(services, f"user {number}", question)[2])
            except Exception as error:
                results.append(f"{type(error).__name__}: {error}")
        return results

    with ThreadPoolExecutor(USERS) as pool:
        results = [result for user_results in pool.map(user, range(USERS)) for result in user_results]
    errors = [result for result in results if isinstance(result, str)]
    return {
        **_row(f"{USERS} users at once: whole answer", [result for result in results if isinstance(result, float)]),
        "errors": errors,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=QUESTIONS)
    parser.add_argument("--questions", type=int, default=150, help="how many of the data are asked")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    questions = [question for question, _ in read_questions(arguments.data)]
    facts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "warm"):
            with server(Path(folder)) as (address, process, ready):
                page = page_seconds(address)
                facts[f"{name} start, s until ready"] = ready
                facts[f"{name} start, s until the first usable page"] = None if page is None else ready + page
                facts[f"memory at rest after the {name} start, MB"] = process.memory_info().rss / 1e6
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(load_settings().model_copy(update={"data_dir": Path(folder)}))
        services.start()
        rows = turns(services, questions[: arguments.questions])
        before = psutil.Process().memory_info().rss
        together = crowd(services, questions[: arguments.questions])
        errors = together.pop("errors")
        rows.append(together)
        facts[f"errors of {USERS} users at once"] = len(errors)
        facts["first error"] = errors[0] if errors else "none"
        facts["memory of the services before, MB"] = before / 1e6
        facts[f"memory of the services under {USERS} users, MB"] = psutil.Process().memory_info().rss / 1e6
        services.close()
    facts |= {f"environment {name}, GB": size / 1e9 for name, size in environment_bytes().items()}
    show("turn", rows, facts, as_json=arguments.json)


if __name__ == "__main__":
    main()
