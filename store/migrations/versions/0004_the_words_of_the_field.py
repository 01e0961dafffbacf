"""Tables and columns get the names that the field uses, and what the ranking and the sources learned gets a place.

One function for each topic; each is undone by its reverse.
"""

import sqlalchemy as sa
from alembic import op

from store.engines import Day, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _names()
    _ranking()
    _sources()
    _measures()


def downgrade() -> None:
    _measures_undone()
    _sources_undone()
    _ranking_undone()
    _names_undone()


TABLES = {
    "dirty": "stale_key",
    "dirty_contact": "stale_contact",
    "set_aside": "rejected_row",
    "voice": "excerpt_of_bug",
}


UNREAD = {"ticket": ("replied_on",), "ticket_before": ("replied_on", "first_reply_at", "solved_at")}


def _names() -> None:
    """Old words: dirty, dirty_contact, set_aside, voice; and columns that nobody reads."""
    for old, new in TABLES.items():
        _rename(old, new)
    op.drop_index("ix_voice_opened_on", "excerpt_of_bug")
    op.create_index("ix_excerpt_of_bug_opened_on", "excerpt_of_bug", ["opened_on"])
    op.alter_column("run", "rows_set_aside", new_column_name="rows_rejected")
    for table, columns in UNREAD.items():
        for column in columns:
            op.drop_column(table, column)


def _names_undone() -> None:
    for table, columns in UNREAD.items():
        for column in columns:
            op.add_column(table, sa.Column(column, Day() if column.endswith("_on") else Instant()))
    op.alter_column("run", "rows_rejected", new_column_name="rows_set_aside")
    op.drop_index("ix_excerpt_of_bug_opened_on", "excerpt_of_bug")
    op.create_index("ix_voice_opened_on", "excerpt_of_bug", ["opened_on"])
    for old, new in TABLES.items():
        _rename(new, old)


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    if op.get_bind().dialect.name == "postgresql":  # SQLite gives keys no names that matter
        op.execute(f"ALTER INDEX pk_{old} RENAME TO pk_{new}")


def _ranking() -> None:
    """The memory of the ranking, and its record."""
    op.create_table(
        "ranking_record",
        sa.Column("month", Day(), nullable=False),
        sa.Column("made_of", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_ranking_record")),
    )


def _ranking_undone() -> None:
    op.drop_table("ranking_record")


def _sources() -> None:
    """What a source is found to lack or to count otherwise."""


def _sources_undone() -> None:
    pass


def _measures() -> None:
    """What replies and repeat contacts are counted by, of tickets that change."""
    op.add_column("ticket_before", sa.Column("replies", sa.BigInteger()))
    op.add_column("ticket_before", sa.Column("contacted_again", sa.Boolean()))
    op.create_index("ix_ticket_customer_solved_on", "ticket", ["customer", "solved_on"])


def _measures_undone() -> None:
    op.drop_index("ix_ticket_customer_solved_on", "ticket")
    op.drop_column("ticket_before", "contacted_again")
    op.drop_column("ticket_before", "replies")
