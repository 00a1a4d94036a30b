from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import ForbiddenError
from core.feedback.model import Thumb, Vote
from pages.digest import digest, main
from tests.pages.console import PRODUCT, TRAINER, Console

UTC = ZoneInfo("UTC")


def test_the_digest_is_one_small_file_that_needs_no_network(console: Console) -> None:
    turn = console.ask()
    console.services.voting.vote(console.actor(), turn.id, Vote(Thumb.UP))
    page = digest(console.services, console.actor(PRODUCT), UTC)
    assert len(page) < 5_000_000
    text = page.decode()
    assert not re.search(r'(?:src|href)="', text)
    assert not re.search(r"\{\{\w+\}\}", text.partition('id="figures"')[0])
    for told in ("Hit rate", "Answered from the cache", "Topics that miss", "<details>"):
        assert told in text


def test_names_cannot_end_the_page_or_stand_for_a_part_of_it(make_console: Callable[..., Console]) -> None:
    console = make_console(COACH_PRODUCT_NAME="</script><b>{{plotly}}")
    console.ask()
    text = digest(console.services, console.actor(PRODUCT), UTC).decode()
    assert "</script><b>" not in text
    assert "&lt;/script&gt;&lt;b&gt;{{plotly}}" in text


def test_the_command_writes_the_file(console: Console, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console.ask()
    out = tmp_path / "week.html"
    assert main([str(out), "--zone", "Europe/Berlin"]) == 0
    assert "Europe/Berlin" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == str(out)


@pytest.mark.parametrize("arguments", [["week.html", "--zone", "Mars/Base"], ["/nowhere/at/all/week.html"]])
def test_what_is_wrong_is_said_in_a_sentence(
    console: Console, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("No digest was written: ")


def test_trainers_get_none(console: Console) -> None:
    with pytest.raises(ForbiddenError):
        digest(console.services, console.actor(TRAINER), UTC)
