"""What every notifier does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.database import Database
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Notice, Notifier

NOTICE = Notice(
    "Misses: drift (was calm)", "Misses run at 45 % where 30 % is usual. <b>*_~|</b> ✓", "https://coach.test/drift"
)


@dataclass(frozen=True, slots=True)
class NotifierCase:
    """A notifier with one working channel, what arrived there as one text, and a switch that breaks the far side."""

    notifier: Notifier
    arrived: Callable[[], list[str]]
    break_down: Callable[[], None]


class NotifierContract:
    """Inherit from it, with a fixture `case`."""

    def test_sends_title_text_and_link_once(self, case: NotifierCase) -> None:
        (channel,) = case.notifier.channels
        case.notifier.send(channel, NOTICE)
        (text,) = case.arrived()
        assert all(part in text for part in (NOTICE.title, "45 % where 30 % is usual", "✓", NOTICE.link))

    def test_sends_a_picture_where_it_is_shown_and_text_everywhere(self, case: NotifierCase) -> None:
        picture = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 40
        case.notifier.send(case.notifier.channels[0], Notice("Title", "Text", "", picture))
        assert "Text" in case.arrived()[-1]

    def test_what_is_not_taken_is_unavailable(self, case: NotifierCase) -> None:
        case.break_down()
        with pytest.raises(ServiceUnavailable):
            case.notifier.send(case.notifier.channels[0], NOTICE)

    def test_a_channel_that_is_not_there_is_refused(self, case: NotifierCase) -> None:
        with pytest.raises(ServiceRefused):
            case.notifier.send("nobody", NOTICE)

    def test_nothing_is_sent_inside_a_transaction(self, case: NotifierCase, database: Database) -> None:
        with database.read(), pytest.raises(RuntimeError, match="inside a database transaction"):
            case.notifier.send(case.notifier.channels[0], NOTICE)
        assert case.arrived() == []
