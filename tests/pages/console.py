"""The console as a visitor sees it: real pages on real services, signed in by the claims of OpenID Connect.

Cookies cannot be given to Streamlit's `AppTest`, so that local sign-in is for the tests of the API and the browser.
"""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from core.access.model import Actor, Role
from core.bootstrap import Services
from core.conversation.model import TurnView
from core.settings import ROOT
from pages.components.session import oidc_actor

FRAME = ROOT / "pages" / "frame.py"
ADMIN, PRODUCT = "ada@example.org", "paula@example.org"
TRAINER = "tom@example.org"
WHO = {Role.TRAINER: TRAINER, Role.PRODUCT: PRODUCT, Role.ADMIN: ADMIN}
QUESTION = "How much protein do I need to build muscle?"


def claims(email: str) -> dict[str, Any]:
    """Return what an OpenID provider says of somebody who is signed in."""
    return {"is_logged_in": True, "email": email, "email_verified": True, "name": email.partition("@")[0].title()}


class Console:
    """The pages of a server, and its services beside them."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def actor(self, email: str = TRAINER) -> Actor:
        """Return whom the pages take somebody for."""
        actor = oidc_actor(self.services.settings, claims(email))
        assert actor is not None
        return actor

    def ask(self, question: str = QUESTION, email: str = TRAINER, conversation: str | None = None) -> TurnView:
        """Ask as somebody, past the pages."""
        *_, last = self.services.asking.ask(self.actor(email), question, conversation_id=conversation)
        assert isinstance(last, TurnView)
        return last

    def open(self, page: str = "trainer/chat.py", email: str = TRAINER, **address: str) -> AppTest:
        """Open a page of the navigation in a new tab, with query parameters in its address."""
        tab = tab_of(FRAME, email).run()
        tab.switch_page(page)
        for name, value in address.items():
            tab.query_params[name] = value
        return tab.run()

    def chat(self, conversation: str, email: str = TRAINER) -> AppTest:
        """Open the address of a conversation in a new tab."""
        tab = tab_of(FRAME, email)
        tab.query_params["c"] = conversation
        return tab.run()

    def reach(self, page: str, email: str) -> AppTest:
        """Run a page by itself, past the navigation that would not offer it."""
        return tab_of(ROOT / "pages" / page, email).run()


def tab_of(script: Any, email: str) -> AppTest:
    """Return a browser tab in which somebody is signed in, before it has loaded; nobody for the empty address."""
    tab = AppTest.from_file(script, default_timeout=60)
    tab.user = claims(email) if email else {"is_logged_in": False}
    return tab


def pills(tab: AppTest) -> list[Any]:
    """Return the rows of pills of a page."""
    return list(tab.get("pills"))


def texts(tab: AppTest) -> str:
    """Return all text of a page in its order, which is what a visitor can read."""
    return "\n".join(str(getattr(element, "value", "")) for element in tab.main)
