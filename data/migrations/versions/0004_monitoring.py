"""Events for monitoring, their rollups, and saved views."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables; what was counted before is kept, in the order in which it happened."""
    _make_anew("turn_events", "turn_id", _turn_columns(), "at, turn_id")
    op.create_index("ix_turn_events_at", "turn_events", ["tenant", "at"])
    some = sa.text("decision_id IS NOT NULL")
    op.create_index("ix_turn_events_decision", "turn_events", ["decision_id"], sqlite_where=some, postgresql_where=some)
    _make_anew("vote_events", "id", _vote_columns(), "at, id")
    op.create_index("ix_vote_events_hour", "vote_events", ["tenant", "hour"])
    _place_votes()
    op.create_table("verdict_events", *_number_columns(), *_verdict_columns(), sqlite_autoincrement=True)
    for table in ("turn_events", "vote_events", "verdict_events"):
        if _is_postgresql():
            op.create_index(f"ix_{table}_commit", table, ["xid", "seq"])
    _make_model_calls()
    _make_rollups()
    _make_saved_views()


def downgrade() -> None:
    """Drop them; the events go on without what they learned to hold."""
    for table in ("saved_views", "rollup_state", "rollup_values", "rollup_users", "rollups", "model_calls"):
        op.drop_table(table)
    op.drop_table("verdict_events")
    _make_old("vote_events", "id", _old_vote_columns())
    op.create_index("ix_vote_events_hour", "vote_events", ["tenant", "hour"])
    _make_old("turn_events", "turn_id", _old_turn_columns())
    op.create_index("ix_turn_events_hour", "turn_events", ["tenant", "hour", "outcome"])


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _number_columns() -> list[sa.Column[int]]:
    """Return the number of a row, and of the transaction that wrote it."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    writer = sa.text("(pg_current_xact_id()::text::bigint)" if _is_postgresql() else "0")
    return [
        sa.Column("seq", number, sa.Identity(), primary_key=True),
        sa.Column("xid", sa.BigInteger(), server_default=writer, nullable=False),
    ]


def _texts(*names: str, default: str | None = None) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False, server_default=default) for name in names]


def _old_turn_columns() -> list[sa.Column[Any]]:
    return [
        *_texts("turn_id", "tenant", "actor_id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        *_texts("release_id", "channel", "outcome", "tier"),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        *_texts("model"),
        sa.Column("total_ms", sa.Float(), nullable=False),
        sa.Column("first_words_ms", sa.Float(), nullable=True),
        sa.Column("stages_ms", sa.JSON(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
    ]


def _turn_columns() -> list[sa.Column[Any]]:
    return [
        *_old_turn_columns(),
        *_texts("topic", "language", default=""),
        sa.Column("saved_usd", sa.Float(), nullable=True),
        sa.Column("decision_id", sa.String(), nullable=True),
    ]


def _old_vote_columns() -> list[sa.Column[Any]]:
    return [
        *_texts("id", "turn_id", "tenant", "actor_id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("hour", "before", "after")),
    ]


def _vote_columns() -> list[sa.Column[Any]]:
    return [
        *_old_vote_columns(),
        sa.Column("turn_hour", sa.Integer(), nullable=False, server_default="0"),
        *_texts("release_id", "channel", default=""),
        *_texts("outcome", default="bypass"),
        *_texts("topic", "language", default=""),
    ]


def _verdict_columns() -> list[sa.Column[Any]]:
    return [
        *_texts("turn_id", "decision_id", "tenant"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("by"),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("before", "after")),
        sa.Column("turn_hour", sa.Integer(), nullable=False),
        *_texts("release_id", "channel", "outcome", "topic", "language"),
    ]


def _make_anew(table: str, key: str, columns: list[sa.Column[Any]], order: str) -> None:
    """Make a table again with numbered rows and move what it held over."""
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    _move_away(table)
    op.create_table(
        table, *_number_columns(), *columns, sa.UniqueConstraint(key, name=f"{table}_{key}_key"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    _move_back(table, names, order)


def _make_old(table: str, key: str, columns: list[sa.Column[Any]]) -> None:
    names = [column.name for column in columns]
    _move_away(table)
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(key))
    _move_back(table, names, key)


def _move_away(table: str) -> None:
    # PostgreSQL names indexes and constraints for the whole schema: they have to make room, too.
    for index in sa.inspect(op.get_bind()).get_indexes(table):
        if not index.get("duplicates_constraint"):
            op.drop_index(str(index["name"]), table)
    op.rename_table(table, f"{table}_old")
    if _is_postgresql():
        op.execute(f"ALTER TABLE {table}_old RENAME CONSTRAINT {table}_pkey TO {table}_old_pkey")


def _move_back(table: str, names: list[str], order: str) -> None:
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table}_old ORDER BY {order}"  # noqa: S608 - names of this file's own only
    op.execute(statement)
    op.drop_table(f"{table}_old")


def _place_votes() -> None:
    """Tell earlier votes what their turns were like."""
    op.execute("UPDATE vote_events SET turn_hour = hour")
    for name, source in [("turn_hour", "hour"), *((one, one) for one in ("release_id", "channel", "outcome"))]:
        found = f"SELECT t.{source} FROM turn_events t WHERE t.turn_id = vote_events.turn_id"  # noqa: S608 - own names
        op.execute(f"UPDATE vote_events SET {name} = ({found}) WHERE EXISTS ({found})")  # noqa: S608 - own names


def _make_model_calls() -> None:
    op.create_table(
        "model_calls",
        *_texts("id", "tenant"),
        sa.Column("turn_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("purpose", "model"),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("ms", sa.Float(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_model_calls_at", "model_calls", ["tenant", "at"])
    op.create_index("ix_model_calls_turn", "model_calls", ["turn_id"])


def _make_rollups() -> None:
    cell, number = (
        ("release", "channel", "topic", "language", "outcome"),
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    )
    op.create_table(
        "rollups",
        *_texts("tenant", "cube"),
        sa.Column("day", sa.Integer(), nullable=False),
        *_texts(*cell),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("latency", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "cube", "day", *cell),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_users",
        *_texts("tenant", "cube"),
        sa.Column("day", sa.Integer(), nullable=False),
        *_texts("value"),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "cube", "day", "value"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_values",
        *_texts("tenant", "dimension", "value"),
        sa.PrimaryKeyConstraint("tenant", "dimension", "value"),
    )
    op.create_table(
        "rollup_state",
        *_texts("source"),
        *(sa.Column(name, number, nullable=False) for name in ("xid", "seq", "generation")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )


def _make_saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "owner_id", "name", name="uq_saved_views_name"),
    )
    op.create_index("ix_saved_views_shared", "saved_views", ["tenant", "shared"])
