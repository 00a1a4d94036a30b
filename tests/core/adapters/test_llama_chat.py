from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing

import pytest

from core.adapters.llama_chat import LlamaChat
from core.database import Database
from core.ports import Completion, Message
from core.settings import ROOT

ASKED = [Message("user", "Say a word.")]
LOADED_AND_LET_GO = """
from core.adapters.llama_chat import LlamaChat
for _ in range(8):
    model = LlamaChat()
    model.load()
    model.close()
"""


@pytest.mark.slow
def test_weights_that_are_let_go_right_after_they_were_loaded_do_not_hang_the_server() -> None:
    # In a process of its own: what hangs there cannot be interrupted.
    subprocess.run([sys.executable, "-c", LOADED_AND_LET_GO], cwd=ROOT, timeout=120, check=True, capture_output=True)


def test_after_it_was_closed_the_next_question_loads_it_again() -> None:
    model = LlamaChat()
    for _ in range(2):
        *_, completion = model.stream(ASKED, max_tokens=2)
        assert isinstance(completion, Completion)
        model.close()


def test_questions_at_the_same_time_wait_for_one_another() -> None:
    model = LlamaChat()
    said: list[str] = []

    def ask() -> None:
        *_, completion = model.stream(ASKED, max_tokens=6)
        assert isinstance(completion, Completion)
        said.append(completion.text)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 3
    assert len(set(said)) == 1
    model.close()


def test_no_call_is_made_inside_a_transaction(database: Database) -> None:
    model = LlamaChat()
    with (
        closing(model.stream(ASKED, max_tokens=2)) as stream,
        database.read(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        next(stream)
