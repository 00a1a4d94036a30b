from __future__ import annotations

import pytest

from core.errors import InputError
from core.feedback.model import LONGEST_ANSWER, LONGEST_COMMENT, Thumb, Vote


@pytest.mark.parametrize("thumb", list(Thumb))
def test_a_vote_may_say_as_much_as_is_allowed(thumb: Thumb) -> None:
    vote = Vote(thumb, (), "c" * LONGEST_COMMENT, "a" * LONGEST_ANSWER)
    assert (len(vote.comment), len(vote.better_answer)) == (2000, 8000)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"comment": "c" * 2001}, "The comment has 2,001 characters; 2,000 are the most."),
        ({"better_answer": "a" * 8001}, "The answer has 8,001 characters; 8,000 are the most."),
    ],
)
def test_a_vote_that_says_more_is_refused_with_the_limit(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Vote(Thumb.DOWN, **said)
