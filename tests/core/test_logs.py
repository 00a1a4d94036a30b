from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from core.settings import ROOT

BEGINNING = """
import logging
from threading import Thread
from core.logs import configure_logs, correlated
log = logging.getLogger("core.some.room")
"""


def logged(*statements: str, level: str = "INFO") -> list[dict[str, Any]]:
    """Run statements in a program of their own and return what stands on each line of its standard error."""
    script = "\n".join([BEGINNING, f"configure_logs({level!r})", *statements])
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_one_object_with_time_level_logger_event_and_facts() -> None:
    (line,) = logged("log.info('started', extra={'chat': 'library', 'passages': 700})")
    assert datetime.fromisoformat(line.pop("at"))
    assert line == {
        "level": "INFO", "logger": "core.some.room", "event": "started", "correlation_id": "",
        "chat": "library", "passages": 700,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["two\nlines", 'a "quoted" word', "Größe 💪", "\u2028 line separator", "50 %"])
def test_no_text_breaks_a_line(text: str) -> None:
    (line,) = logged(f"log.warning('asked', extra={{'question': {text!r}}})")
    assert line["question"] == text


def test_arguments_are_put_into_the_event() -> None:
    (line,) = logged("log.info('indexed %d of %s', 3, 'four')")
    assert line["event"] == "indexed 3 of four"


def test_what_json_does_not_know_is_written_as_text() -> None:
    (line,) = logged("from pathlib import Path", "log.info('read', extra={'file': Path('a.md')})")
    assert "a.md" in line["file"]


def test_an_error_is_on_the_same_line_with_its_traceback() -> None:
    (line,) = logged("try:", "    1 / 0", "except ZeroDivisionError:", "    log.exception('job_failed')")
    assert (line["level"], line["event"]) == ("ERROR", "job_failed")
    assert "ZeroDivisionError: division by zero" in line["exc_info"]


def test_lines_inside_carry_the_correlation_id_and_lines_after_do_not() -> None:
    lines = logged(
        "with correlated('turn-1'):",
        "    log.info('one')",
        "    with correlated('turn-2'): log.info('two')",
        "    logging.getLogger('another.library').warning('three')",
        "log.info('four')",
    )
    found = {line["event"]: line["correlation_id"] for line in lines}
    assert found == {"one": "turn-1", "two": "turn-2", "three": "turn-1", "four": ""}


def test_an_error_ends_the_correlation() -> None:
    lines = logged("try:", "    with correlated('turn-1'): 1 / 0", "except ZeroDivisionError: log.info('after')")
    assert [line["correlation_id"] for line in lines] == [""]


def test_the_id_of_one_thread_is_not_that_of_another() -> None:
    lines = logged(
        "with correlated('turn-1'):",
        "    thread = Thread(target=lambda: log.info('elsewhere'))",
        "    thread.start()",
        "    thread.join()",
    )
    assert [line["correlation_id"] for line in lines] == [""]


@pytest.mark.parametrize(
    ("level", "events"), [("DEBUG", ["d", "i", "w"]), ("INFO", ["i", "w"]), ("WARNING", ["w"]), ("ERROR", [])]
)
def test_less_than_the_level_is_left_out(level: str, events: list[str]) -> None:
    lines = logged("log.debug('d')", "log.info('i')", "log.warning('w')", level=level)
    assert [line["event"] for line in lines] == events


def test_chatty_libraries_say_only_what_went_wrong() -> None:
    chatty = ["httpx", "httpx2", "httpcore", "openai", "pinecone", "apscheduler", "alembic", "bm25s", "uvicorn.access"]
    lines = logged(
        f"for name in {chatty}:",
        "    logging.getLogger(name + '.part').info('detail')",
        "    logging.getLogger(name).warning('trouble')",
        level="DEBUG",
    )
    assert [(line["logger"], line["event"]) for line in lines] == [(name, "trouble") for name in chatty]


def test_configuring_again_writes_each_line_once_at_the_new_level() -> None:
    lines = logged("configure_logs('WARNING')", "log.info('i')", "log.warning('w')")
    assert [line["event"] for line in lines] == ["w"]
