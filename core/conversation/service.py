"""A user's conversations: listed, searched, opened, renamed, deleted; and what a crash left behind."""

from __future__ import annotations

from datetime import timedelta

from core.access.model import Actor
from core.conversation.draft import event_of
from core.conversation.model import ConversationView, Outcome, State
from core.conversation.records import (
    Turn,
    found_conversations,
    own_conversation,
    own_turn,
    remove_conversation,
    turns_of,
    unfinished,
)
from core.database import Database
from core.errors import InputError
from core.feedback.records import standing
from core.monitoring.recording import record_turn
from core.ports import Clock

LONGEST_TITLE = 100
LONGEST_TURN = timedelta(minutes=5)
"""After this a turn that another server was answering is taken for interrupted."""


class Conversations:
    """What the chat page lists and opens; each call sees only what is the actor's."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listing(self, actor: Actor, words: str = "", limit: int = 50) -> list[ConversationView]:
        """Return the newest conversations; with words, those whose title, questions or answers hold them."""
        with self._database.read() as session:
            rows = found_conversations(session, actor, words, limit)
        return [ConversationView(row.id, row.title, row.updated_at) for row in rows]

    def open(self, actor: Actor, conversation_id: str) -> ConversationView:
        """Return a conversation with its turns and the actor's votes on them."""
        with self._database.read() as session:
            row = own_conversation(session, actor, conversation_id)
            turns = turns_of(session, row.id)
            votes = standing(session, actor, [turn.id for turn in turns])
        views = (turn.view(votes[turn.id].vote if turn.id in votes else None) for turn in turns)
        return ConversationView(row.id, row.title, row.updated_at, tuple(views))

    def is_answering(self, actor: Actor, turn_id: str) -> bool:
        """Say whether one of the actor's turns is still being answered."""
        with self._database.read() as session:
            return own_turn(session, actor, turn_id).state == State.ANSWERING

    def rename(self, actor: Actor, conversation_id: str, title: str) -> None:
        """Give a conversation a title of 1 to 100 characters."""
        title = " ".join(title.split())
        if not 1 <= len(title) <= LONGEST_TITLE:
            raise InputError(f"Write a title of 1 to {LONGEST_TITLE} characters.")
        with self._database.begin() as session:
            own_conversation(session, actor, conversation_id).title = title

    def delete(self, actor: Actor, conversation_id: str) -> None:
        """Delete a conversation with its texts and votes for good."""
        with self._database.begin() as session:
            remove_conversation(session, own_conversation(session, actor, conversation_id))

    def recover(self, *, alone: bool) -> int:
        """Mark turns that no server answers any more as interrupted; return how many.

        Parameters
        ----------
        alone : bool
            No other server uses the database, so that every unfinished turn is one that a crash left behind.
        """
        now = self._clock.now()
        with self._database.begin() as session:
            turns = unfinished(session, now if alone else now - LONGEST_TURN)
            for turn in turns:
                _interrupt(turn)
                record_turn(session, event_of(turn, self._clock))
        return len(turns)


def _interrupt(turn: Turn) -> None:
    turn.state = State.INTERRUPTED
    turn.outcome = turn.outcome or Outcome.BYPASS
    turn.remark = "The server stopped while it answered; ask again for the whole answer."
