from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit

import pytest

from core.adapters.apprise_notifier import AppriseNotifier
from core.errors import SettingsError
from core.ports import Notice
from tests.contracts.notifier import NOTICE, NotifierCase, NotifierContract
from tests.standins.inbox import Mailbox, Webhooks, receiving
from tests.standins.server import serving


@contextmanager
def webhook() -> Iterator[NotifierCase]:
    inbox = Webhooks()
    with serving(inbox.app) as url:
        notifier = AppriseNotifier([f"json://user:secret@{urlsplit(url).netloc}/hook?rate=0"])
        yield NotifierCase(
            notifier,
            lambda: [f"{body['title']}\n{body['message']}" for body in inbox.bodies],
            lambda: setattr(inbox, "broken", True),
        )


@contextmanager
def mail() -> Iterator[NotifierCase]:
    inbox = Mailbox()
    with receiving(inbox) as port:
        notifier = AppriseNotifier([f"mailto://127.0.0.1:{port}?from=coach@coach.test&to=ana@coach.test&mode=insecure"])
        yield NotifierCase(notifier, lambda: inbox.texts, lambda: setattr(inbox, "broken", True))


NOTIFIERS: dict[str, Callable[[], AbstractContextManager[NotifierCase]]] = {"webhook": webhook, "mail": mail}


@pytest.fixture(params=NOTIFIERS)
def case(request: pytest.FixtureRequest) -> Iterator[NotifierCase]:
    with NOTIFIERS[request.param]() as made:
        yield made


class TestNotifier(NotifierContract):
    pass


def test_a_picture_goes_with_a_webhook() -> None:
    inbox = Webhooks()
    with serving(inbox.app) as url:
        notifier = AppriseNotifier([f"json://{urlsplit(url).netloc}/hook"])
        notifier.send(notifier.channels[0], Notice("T", "B", "", b"\x89PNG\r\n\x1a\n" + b"\0" * 9))
    (attached,) = inbox.bodies[0]["attachments"]
    assert (attached["filename"], attached["mimetype"]) == ("drift.png", "image/png")


def test_a_failure_is_not_tried_again_by_the_adapter() -> None:
    inbox = Webhooks()
    inbox.broken = True
    with serving(inbox.app) as url:
        notifier = AppriseNotifier([f"json://{urlsplit(url).netloc}/hook"])
        with pytest.raises(Exception, match="did not take the alert"):
            notifier.send(notifier.channels[0], NOTICE)
    assert inbox.asked == 1


def test_names_of_channels_are_their_own_stable_and_show_no_secret() -> None:
    addresses = [
        "json://user:hush@one.test/token",
        "json://user:hush@two.test/token",
        "slack://aaaa/bbbb/cccc/#general",
    ]
    first, second = (AppriseNotifier(addresses).channels for _ in range(2))
    assert first == second
    assert len(set(first)) == 3
    assert not any(secret in json.dumps(first) for secret in ("hush", "token", "one.test", "aaaa"))


def test_an_address_that_cannot_be_read_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError, match="address 2") as refused:
        AppriseNotifier(["json://one.test", "nonsense://secret"])
    assert "secret" not in str(refused.value)


def test_without_addresses_there_are_no_channels() -> None:
    assert AppriseNotifier([]).channels == ()
