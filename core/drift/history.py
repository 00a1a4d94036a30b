"""What drift analysis reads of the past. The rooms that keep it are joined to it in `core.bootstrap`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from core.drift.model import Signal, Tally, Window


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that may be shared, its turn, who asked it, and what became of it.

    ``disliked`` is None without a vote; ``similarity`` is that of the nearest known question, None where none was near.
    """

    turn: str
    question: str
    user: str
    missed: bool
    disliked: bool | None
    similarity: float | None


@dataclass(frozen=True, slots=True)
class LastAction:
    """A change that was carried out because of a drift: what, for which signal, in which hour, and if it is over."""

    what: str
    signal: Signal
    hour: int
    ended: bool = True


class History(Protocol):
    """Reads counts and questions of one tenant; hours count from 1970 in UTC."""

    def span(self, tenant: str) -> Window | None:
        """Return from the first hour with a turn to the end of the last one; None where nothing happened yet."""
        ...

    def tallies(self, tenant: str, window: Window) -> dict[Signal, Tally]:
        """Return trials and positives of every signal by hour; hours in which nothing happened may be absent."""
        ...

    def questions(self, tenant: str, window: Window, limit: int) -> tuple[AskedQuestion, ...]:
        """Return up to `limit` (at most 1,000) questions at random over the window, none of them personal.

        The same window and rows give the same questions.
        """
        ...

    def texts(self, tenant: str, turns: Collection[str]) -> dict[str, str]:
        """Return the questions of turns (at most 2,000) whose text is still kept, by turn."""
        ...


class Actions(Protocol):
    """Knows what was last done about a drift."""

    def last(self, tenant: str) -> LastAction | None:
        """Return the newest action, under way or ended."""
        ...


class NoActions:
    """Nothing was ever done: for as long as no room carries proposals out."""

    def last(self, tenant: str) -> LastAction | None:
        """Return None."""
        return None
