"""The one door to session state, and who the visitor is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import streamlit as st

from core.access.model import Actor, Role, actor_id
from core.access.tokens import COOKIE
from core.bootstrap import Services
from core.monitoring.figures import Board, Worst
from core.settings import Settings
from pages.components.look import ADDRESS_NAMES, Look, address_of, look_from
from pages.components.reading import Reading

_KEY = "coach"


@dataclass(slots=True)
class Wanted:
    """A question that waits to be asked in the next run of the page."""

    question: str
    fresh: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A board as it was read for a look: it stays as it is while something in it is selected."""

    look: Look
    reading: Reading
    board: Board


@dataclass(slots=True)
class PageState:
    """What a browser tab remembers between two runs of a page."""

    conversation_id: str | None = None
    wanted: Wanted | None = None
    problem: str = ""
    refused: str = ""
    """A question that could not be taken; it is given back, so that nobody has to type it again."""
    turns_shown: int = 20
    seen: Seen | None = None
    worst: tuple[datetime, Worst | None] | None = None
    """What stands out in the last weeks, and when that was read."""


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


def the_look() -> Look:
    """Return what the address says that somebody looks at."""
    return look_from({name: st.query_params.get_all(name) for name in ADDRESS_NAMES})


def look_at(look: Look) -> None:
    """Put a look into the address, with the time zone in it, so that a colleague elsewhere sees the same days."""
    look = look if look.zone else replace(look, zone=st.context.timezone or "")
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in ADDRESS_NAMES}
    st.query_params.from_dict(others | address_of(look))


def mirror(key: str, value: object) -> str:
    """Let the control of this key show a value, and return the key."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def told(key: str) -> Any:
    """Return what a control was set to, or None."""
    return st.session_state.get(key)


def keys_told() -> list[str]:
    """Return the keys of all controls that were set to anything."""
    return [str(key) for key in st.session_state]


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
