"""A thumb, and what may be said with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from core.errors import InputError

LONGEST_COMMENT = 2000
LONGEST_ANSWER = 8000


class Thumb(IntEnum):
    """Up or down."""

    DOWN = -1
    UP = 1


class Reason(StrEnum):
    """Why an answer was not good."""

    WRONG = "wrong"
    UNSAFE = "unsafe"
    OUTDATED = "outdated"
    NOT_MY_QUESTION = "not my question"
    TONE = "tone"


@dataclass(frozen=True, slots=True)
class Vote:
    """What a user thinks of an answer.

    Raises
    ------
    InputError
        The comment is longer than 2,000 characters, or the better answer than 8,000.
    """

    thumb: Thumb
    reasons: tuple[Reason, ...] = ()
    comment: str = ""
    better_answer: str = ""

    def __post_init__(self) -> None:
        if len(self.comment) > LONGEST_COMMENT:
            raise InputError(f"The comment has {len(self.comment):,} characters; {LONGEST_COMMENT:,} are the most.")
        if len(self.better_answer) > LONGEST_ANSWER:
            raise InputError(f"The answer has {len(self.better_answer):,} characters; {LONGEST_ANSWER:,} are the most.")


@dataclass(frozen=True, slots=True)
class Given:
    """A vote as it stands, with the turn it is on and when it was last changed."""

    turn_id: str
    vote: Vote
    at: datetime
