"""What the cache knows of its own answers: standing, decisions, votes, servings and history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give entries a standing and a fresh time; make the tables of evidence.

    Entries that were made before are kept, shared, and count as made by nobody.
    """
    now = sa.DateTime(timezone=True)
    with op.batch_alter_table("cache_entries") as entries:
        entries.add_column(sa.Column("standing", sa.String(), nullable=False, server_default="shared"))
        entries.add_column(sa.Column("asked_by", sa.String(), nullable=False, server_default=""))
        entries.add_column(sa.Column("documents", sa.JSON(), nullable=False, server_default="{}"))
        entries.add_column(sa.Column("cost_usd", sa.Float(), nullable=False, server_default="0"))
        # With a default, as SQLite can add it then: to make the table anew would drop what questions point at.
        entries.add_column(
            sa.Column("fresh_until", now, nullable=False, server_default="1970-01-01 00:00:00.000000+00:00")
        )
        entries.add_column(sa.Column("renew_at", now, nullable=True))
        entries.add_column(sa.Column("redundancy", sa.Integer(), nullable=False, server_default="1"))
        for name in ("served", "liked", "disliked"):
            entries.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name in ("right", "wrong"):
            entries.add_column(sa.Column(name, sa.Float(), nullable=False, server_default="0"))
        entries.add_column(sa.Column("served_at", now, nullable=True))
        entries.add_column(sa.Column("judge_state", sa.String(), nullable=False, server_default="open"))
    op.execute("UPDATE cache_entries SET fresh_until = expires_at")
    op.create_index("ix_cache_entries_standing", "cache_entries", ["tenant", "standing"])
    op.create_index("ix_cache_entries_judge", "cache_entries", ["standing", "judge_state", "created_at"])
    op.create_index("ix_cache_entries_renew_at", "cache_entries", ["renew_at"])
    with op.batch_alter_table("cache_questions") as questions:
        questions.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="asked"))
    _decisions()
    _votes()
    op.create_table(
        "cache_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("at", now, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cache_events_entry", "cache_events", ["entry_id", "at"])


def _decisions() -> None:
    op.create_table(
        "cache_decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("namespace", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("required", sa.Float(), nullable=False),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.Column("fresh_entry_id", sa.String(), nullable=True),
        sa.Column("label", sa.Float(), nullable=True),
        sa.Column("labelled_by", sa.String(), nullable=True),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("judge_state", sa.String(), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("judge_reason", sa.String(), nullable=False),
        sa.Column("judge_tokens", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cache_decisions_entry", "cache_decisions", ["entry_id", "at"])
    op.create_index("ix_cache_decisions_window", "cache_decisions", ["tenant", "measure", "at"])
    op.create_index("ix_cache_decisions_judge", "cache_decisions", ["judge_state", "at"])
    op.create_table(
        "cache_verdicts",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "number"),
    )
    op.create_index("ix_cache_verdicts_subject", "cache_verdicts", ["subject", "at"])
    op.create_index("ix_cache_verdicts_spent", "cache_verdicts", ["tenant", "paid", "at"])


def _votes() -> None:
    op.create_table(
        "cache_votes",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=True),
        sa.Column("thumb", sa.Integer(), nullable=False),
        sa.Column("off_question", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "actor_id"),
    )
    op.create_index("ix_cache_votes_entry", "cache_votes", ["entry_id"])
    op.create_index("ix_cache_votes_actor", "cache_votes", ["tenant", "actor_id", "at"])
    op.create_table(
        "cache_servings",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("ix_cache_servings_entry", "cache_servings", ["entry_id", "at"])


def downgrade() -> None:
    """Drop what was added."""
    for table in ("cache_events", "cache_servings", "cache_votes", "cache_verdicts", "cache_decisions"):
        op.drop_table(table)
    op.drop_column("cache_questions", "kind")
    op.drop_index("ix_cache_entries_renew_at", "cache_entries")
    op.drop_index("ix_cache_entries_judge", "cache_entries")
    op.drop_index("ix_cache_entries_standing", "cache_entries")
    added = (
        "standing asked_by documents cost_usd redundancy fresh_until renew_at served liked disliked right wrong "
        "served_at judge_state"
    )
    for name in added.split():
        op.drop_column("cache_entries", name)
