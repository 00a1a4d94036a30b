"""Full-text search over turns: one function in front of SQLite's FTS5 and PostgreSQL's tsvector.

Both indexes hold the words of questions and answers in lower case and without signs, of turns that are answered. A
word is looked for by the beginning that it shares with its stem, so that "squats" finds "squatting" in both.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import ColumnElement, bindparam, column, func, literal_column, select, table

from core.text import stem

MOST_WORDS = 12
SHORTEST_BEGINNING = 3
A_MILLISECOND = 1 << 20
"""Numbers that SQLite's index has for turns of one millisecond, see the migration."""
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
NUMBERS = table("turn_words_numbers", column("number"), column("turn_id"))
WORDS = table("turn_words", column("rowid"))


def beginnings(text: str) -> list[tuple[str, bool]]:
    """Return each word to look for, in lower case, and whether it may go on.

    Only letters and digits are left of what a person typed, so that nothing of it is taken for an operator.

    >>> beginnings('Squats OR "happy* 5k')
    [('squat', True), ('or', False), ('happ', True), ('5k', False)]
    """
    words = re.findall(r"[^\W_]+", text.lower())[:MOST_WORDS]
    found = []
    for word, root in zip(words, stem(words), strict=True):
        same = takewhile(lambda pair: pair[0] == pair[1], zip(word, root, strict=False))
        shared = "".join(letter for letter, _ in same)
        start = shared if len(shared) >= SHORTEST_BEGINNING else word
        found.append((start, len(start) >= SHORTEST_BEGINNING))
    return found


def sqlite_matches(text: str) -> ColumnElement[bool]:
    """Return the condition on :data:`WORDS` that every word is there."""
    said = " AND ".join(f'"{word}"{"*" if goes_on else ""}' for word, goes_on in beginnings(text))
    return literal_column("turn_words").op("MATCH")(bindparam("words", said))


def postgres_matches(text: str) -> ColumnElement[bool]:
    """Return the condition on `turns` that every word is there."""
    said = " & ".join(f"{word}{':*' if goes_on else ''}" for word, goes_on in beginnings(text))
    return literal_column("turns.turn_words").op("@@")(func.to_tsquery(literal_column("'simple'"), said))


def number_from(at: datetime) -> int:
    """Return the lowest number of turns that were asked in this millisecond or later."""
    return (at - EPOCH) // timedelta(milliseconds=1) * A_MILLISECOND


def number_of(turn_id: str, asked_at: datetime) -> ColumnElement[int]:
    """Return the number of a turn in SQLite's index; of one that is gone, where its millisecond begins."""
    known = select(NUMBERS.c.number).where(NUMBERS.c.turn_id == turn_id).scalar_subquery()
    return func.coalesce(known, number_from(asked_at))
