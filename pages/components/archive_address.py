"""The address of the conversations page: every filter is a query parameter, so that what is seen can be sent on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from core.conversation.archive_model import MarkKind, Place, Sought, VoteFilter

LISTS = ("release", "channel", "topic", "outcome", "language")
OPENED = "turn"
Params = dict[str, list[str]]
Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for: filters, a page of them, and a turn that is open."""

    sought: Sought
    before: Place | None = None
    after: Place | None = None
    turn: str = ""


def address_of(values: Callable[[str], Iterable[str]]) -> Address:
    """Read an address; what cannot be read is left out.

    Parameters
    ----------
    values : callable
        Returns the values of a query parameter, as ``st.query_params.get_all`` does.
    """

    def one(name: str) -> str:
        return next(iter(values(name)), "")

    sought = Sought(
        words=one("q"),
        since=_time(one("since")),
        until=_time(one("until")),
        vote=_kinds(VoteFilter, values("vote")),
        marked=_kinds(MarkKind, values("marked")),
        actor=_digits(one("actor")),
        error=one("error") == "any",
        false_hit=one("verdict") == "false",
        **{name: tuple(dict.fromkeys(filter(None, values(name)))) for name in LISTS},
    )
    return Address(sought, Place.read(one("before")), Place.read(one("after")), one(OPENED))


def params_of(sought: Sought) -> Params:
    """Return the query parameters of filters; :func:`address_of` reads them."""
    several: Mapping[str, Iterable[str]] = {name: getattr(sought, name) for name in (*LISTS, "vote", "marked")}
    params = {name: [str(value) for value in values] for name, values in several.items()}
    params |= {"q": [sought.words], "actor": [sought.actor], "error": ["any" if sought.error else ""]}
    params["verdict"] = ["false" if sought.false_hit else ""]
    params |= {name: [_iso(at)] for name, at in (("since", sought.since), ("until", sought.until)) if at}
    return {name: kept for name, values in params.items() if (kept := [value for value in values if value])}


def address() -> Address:
    """Return what the address of this tab asks for."""
    return address_of(st.query_params.get_all)


def show(wanted: Address) -> None:
    """Put all that is wanted in the address, for the run that follows a click."""
    params = params_of(wanted.sought)
    params |= {name: [place.words] for name, place in (("before", wanted.before), ("after", wanted.after)) if place}
    st.query_params.from_dict(params | ({OPENED: [wanted.turn]} if wanted.turn else {}))


def go_to(sought: Sought, *, before: Place | None = None, after: Place | None = None) -> None:
    """Put filters and a page in the address, with nothing opened, and run the page again."""
    show(Address(sought, before, after))
    st.rerun()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _time(words: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(words.replace(" ", "+"))  # a plus that was not escaped arrives as a space
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _kinds(kind: type[Kind], words: Iterable[str]) -> tuple[Kind, ...]:
    known = {str(one) for one in kind}
    return tuple(dict.fromkeys(kind(word) for word in words if word in known))


def _digits(words: str) -> str:
    word = words.strip().lower().removeprefix("user").strip()
    return word if 4 <= len(word) <= 32 and set(word) <= set("0123456789abcdef") else ""
