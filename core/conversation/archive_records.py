"""Marks on turns and better answers, in the database. A mark that is undone stays as a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, Session, SQLModel, col, select

from core.conversation.archive_model import Mark, MarkKind, Written, pseudonym
from core.database import UtcDateTime

MOST = 1000


class TurnMark(SQLModel, table=True):
    """A turn is marked for the regression set or for fine-tuning."""

    __tablename__ = "turn_marks"
    __table_args__ = (
        Index("ix_turn_marks_turn", "turn_id", "kind"),
        Index("ix_turn_marks_kind", "tenant", "kind", "turn_id"),
    )

    id: str = Field(primary_key=True)
    turn_id: str
    tenant: str
    kind: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    note: str = Field(default="", sa_type=Text)
    undone_by: str | None = None
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def view(self) -> Mark:
        """The row as a value."""
        return Mark(self.id, MarkKind(self.kind), pseudonym(self.by), self.at, self.note, self.undone_at)


class BetterAnswer(SQLModel, table=True):
    """A better answer that an editor wrote; each version is a row, and the newest counts."""

    __tablename__ = "better_answers"
    __table_args__ = (Index("ix_better_answers_turn", "turn_id", "id"),)

    id: str = Field(primary_key=True)
    turn_id: str
    tenant: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    answer: str = Field(sa_type=Text)

    @property
    def view(self) -> Written:
        """The row as a value."""
        return Written(pseudonym(self.by), self.at, self.answer)


def marks_on(session: Session, turn_ids: Collection[str]) -> dict[str, list[TurnMark]]:
    """Return the marks on these turns (1,000 at most), the oldest first."""
    query = select(TurnMark).where(col(TurnMark.turn_id).in_(turn_ids)).order_by(col(TurnMark.id))
    found: dict[str, list[TurnMark]] = defaultdict(list)
    for row in session.exec(query.limit(MOST)):
        found[row.turn_id].append(row)
    return found


def better_for(session: Session, turn_ids: Collection[str]) -> dict[str, list[BetterAnswer]]:
    """Return the better answers to these turns (1,000 at most), the newest first."""
    query = select(BetterAnswer).where(col(BetterAnswer.turn_id).in_(turn_ids)).order_by(col(BetterAnswer.id).desc())
    found: dict[str, list[BetterAnswer]] = defaultdict(list)
    for row in session.exec(query.limit(MOST)):
        found[row.turn_id].append(row)
    return found
