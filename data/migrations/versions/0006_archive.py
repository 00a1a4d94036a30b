"""The archive: words of turns, indexes for its filters, marks of editors and their better answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = """
    SELECT coalesce(max(number) + 1, base), id FROM (
        SELECT new.id AS id, 1048576 * (
            1000 * CAST(strftime('%s', substr(new.asked_at, 1, 19)) AS INTEGER)
            + CAST(substr(new.asked_at, 21, 3) AS INTEGER)) AS base
    ) LEFT JOIN turn_words_numbers ON number >= base AND number < base + 1048576
    WHERE new.state <> 'answering' AND NOT EXISTS (SELECT 1 FROM turn_words_numbers WHERE turn_id = new.id)
    GROUP BY id
"""
"""The milliseconds of asking and a count, so that the newest have the highest numbers (strftime alone would round)."""
INDEX = f"""
    INSERT INTO turn_words_numbers (number, turn_id) {NUMBER};
    INSERT INTO turn_words (rowid, question, answer)
        SELECT number, new.question, new.answer FROM turn_words_numbers
        WHERE turn_id = new.id AND new.state <> 'answering';
"""  # noqa: S608 - made of this file's constants only
FORGET = """
    INSERT INTO turn_words (turn_words, rowid, question, answer)
        SELECT 'delete', number, old.question, old.answer FROM turn_words_numbers
        WHERE turn_id = old.id AND old.state <> 'answering';
"""
UNNUMBER = "DELETE FROM turn_words_numbers WHERE turn_id = old.id;"
SQLITE = (
    "CREATE TABLE turn_words_numbers (number INTEGER PRIMARY KEY, turn_id TEXT NOT NULL UNIQUE)",
    # Without a copy of the texts: the triggers tell it what leaves.
    "CREATE VIRTUAL TABLE turn_words USING"
    " fts5(question, answer, content='', tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER turn_words_added AFTER INSERT ON turns BEGIN {INDEX} END",
    f"CREATE TRIGGER turn_words_changed AFTER UPDATE OF question, answer, state ON turns BEGIN {FORGET} {INDEX} END",
    f"CREATE TRIGGER turn_words_removed AFTER DELETE ON turns BEGIN {FORGET} {UNNUMBER} END",
    "UPDATE turns SET state = state",
)
SQLITE_DOWN = (
    "DROP TRIGGER turn_words_added",
    "DROP TRIGGER turn_words_changed",
    "DROP TRIGGER turn_words_removed",
    "DROP TABLE turn_words",
    "DROP TABLE turn_words_numbers",
)
POSTGRES = (
    # Signs are spaces, as they are for SQLite: PostgreSQL would read "8-12" as 8 and minus 12.
    "ALTER TABLE turns ADD COLUMN turn_words tsvector GENERATED ALWAYS AS (CASE WHEN state <> 'answering' THEN"
    " to_tsvector('simple', regexp_replace(question || ' ' || answer, '[!-/:-@[-`{-~]+', ' ', 'g')) END) STORED",
    "CREATE INDEX ix_turn_words ON turns USING gin (turn_words)",
)
POSTGRES_DOWN = ("DROP INDEX ix_turn_words", "ALTER TABLE turns DROP COLUMN turn_words")


def upgrade() -> None:
    """Make the tables and the indexes; turns that are there are indexed too."""
    now = sa.DateTime(timezone=True)
    op.create_table(
        "turn_marks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", now, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", now, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_turn_marks_turn", "turn_marks", ["turn_id", "kind"])
    op.create_index("ix_turn_marks_kind", "turn_marks", ["tenant", "kind", "turn_id"])
    op.create_table(
        "better_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", now, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_better_answers_turn", "better_answers", ["turn_id", "id"])
    op.create_index("ix_turns_asked", "turns", ["tenant", "asked_at", "id"])
    for column in ("actor_id", "release_id", "channel"):
        op.create_index(f"ix_turns_{column.removesuffix('_id')}", "turns", ["tenant", column, "asked_at", "id"])
    for name, where in (("ended_badly", "state <> 'done'"), ("text", "question <> ''")):
        some = sa.text(where)
        op.create_index(
            f"ix_turns_{name}", "turns", ["tenant", "asked_at", "id"], sqlite_where=some, postgresql_where=some
        )
    _asked_by()
    op.create_index("ix_feedback_thumb", "feedback", ["tenant", "thumb", "turn_id"])
    op.create_index("ix_turn_events_topic", "turn_events", ["tenant", "topic", "turn_id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)


def _asked_by() -> None:
    """Say of each question whose words it is: of those that made an entry, the entry's."""
    with op.batch_alter_table("cache_questions") as questions:
        questions.add_column(sa.Column("asked_by", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_cache_questions_asked_by", "cache_questions", ["asked_by"])
    entry = "SELECT asked_by FROM cache_entries WHERE cache_entries.id = cache_questions.entry_id"
    change = f"UPDATE cache_questions SET asked_by = coalesce(({entry}), '') WHERE kind = 'asked'"  # noqa: S608 - constants
    op.execute(change)


def downgrade() -> None:
    """Drop what was added."""
    for statement in SQLITE_DOWN if op.get_bind().dialect.name == "sqlite" else POSTGRES_DOWN:
        op.execute(statement)
    op.drop_index("ix_cache_questions_asked_by", "cache_questions")
    op.drop_column("cache_questions", "asked_by")
    op.drop_index("ix_turn_events_topic", "turn_events")
    op.drop_index("ix_feedback_thumb", "feedback")
    for name in ("text", "ended_badly", "channel", "release", "actor", "asked"):
        op.drop_index(f"ix_turns_{name}", "turns")
    op.drop_table("better_answers")
    op.drop_table("turn_marks")
