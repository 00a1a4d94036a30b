"""The one door to session state, and who the visitor is."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.access.model import Actor, Role, actor_id
from core.access.tokens import COOKIE
from core.bootstrap import Services
from core.settings import Settings

_KEY = "coach"


@dataclass(slots=True)
class Wanted:
    """A question that waits to be asked in the next run of the page."""

    question: str
    fresh: bool = False
    replaces: str | None = None


@dataclass(slots=True)
class PageState:
    """What a browser tab remembers between two runs of a page."""

    conversation_id: str | None = None
    wanted: Wanted | None = None
    problem: str = ""
    refused: str = ""
    """A question that could not be taken; it is given back, so that nobody has to type it again."""
    turns_shown: int = 20


def page_state() -> PageState:
    """Return the state of this tab; a conversation in the address is opened at the first visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = PageState(conversation_id=st.query_params.get("c"))
    state: PageState = st.session_state[_KEY]
    return state


def show_conversation(conversation_id: str | None) -> None:
    """Make a conversation the one shown, and put it in the address so that a reload finds it; None begins anew."""
    state = page_state()
    state.conversation_id, state.turns_shown = conversation_id, 20
    state.problem = state.refused = ""
    if conversation_id:
        st.query_params["c"] = conversation_id
    else:
        st.query_params.pop("c", None)


def visitor(services: Services) -> Actor | None:
    """Return who is signed in, or None."""
    if services.settings.sign_in == "oidc":
        return oidc_actor(services.settings, dict(st.user))
    return services.sessions.actor(st.context.cookies.get(COOKIE))


def signed_in(services: Services) -> Actor:
    """Return who is signed in; a page that is reached without sign-in ends here."""
    actor = visitor(services)
    if actor is None:
        st.error("Sign in first: open the start page of this app.")
        st.stop()
    return actor


def oidc_actor(settings: Settings, claims: dict[str, object]) -> Actor | None:
    """Return the actor that verified claims of an OpenID provider stand for; None without a verified e-mail address."""
    email = str(claims.get("email") or "").strip().casefold()
    if not claims.get("is_logged_in") or not email or claims.get("email_verified") is False:
        return None
    role = Role.TRAINER
    if email in {name.casefold() for name in settings.admins}:
        role = Role.ADMIN
    elif email in {name.casefold() for name in settings.product_managers}:
        role = Role.PRODUCT
    return Actor(actor_id(settings.tenant, email), settings.tenant, str(claims.get("name") or email), role)
