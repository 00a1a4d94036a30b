"""References, reports and alerts of drift analysis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NOW = sa.DateTime(timezone=True)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "drift_references",
        *_text("id", "tenant"),
        sa.Column("since_hour", sa.Integer(), nullable=False),
        sa.Column("until_hour", sa.Integer(), nullable=False),
        sa.Column("frozen_at", NOW, nullable=False),
        *_text("by", "reason"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drift_references_tenant", "drift_references", ["tenant", "frozen_at"])
    op.create_table(
        "drift_reports",
        *_text("id", "tenant", "kind"),
        sa.Column("since_hour", sa.Integer(), nullable=False),
        sa.Column("until_hour", sa.Integer(), nullable=False),
        sa.Column("reference_id", sa.String(), nullable=True),
        sa.Column("made_at", NOW, nullable=False),
        *_text("level"),
        sa.Column("sentence", sa.Text(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("findings", "questions", "changes", "advice")),
        *_text("inputs_hash"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drift_reports_kind", "drift_reports", ["tenant", "kind", "until_hour"])
    op.create_table(
        "drift_alerts",
        *_text("id", "tenant", "report_id", "signal", "before", "after"),
        sa.Column("at", NOW, nullable=False),
        *_text("title"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        *_text("channel", "state"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", NOW, nullable=False),
        *_text("last_error"),
        sa.Column("sent_at", NOW, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drift_alerts_due", "drift_alerts", ["state", "next_try_at"])
    op.create_index("ix_drift_alerts_newest", "drift_alerts", ["tenant", "at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("drift_alerts", "drift_reports", "drift_references"):
        op.drop_table(table)
