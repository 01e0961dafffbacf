"""What a measure counted by which version, who holds the lease, what each source lists and can say"""

import sqlalchemy as sa
from alembic import op

from store.schema import Instant

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


def ids() -> None:
    """Ids of two sources that do not share them stay two."""


def lease() -> None:
    """A lease with a sign of life. Whoever holds it now is a program of before, which this shape ends."""
    op.create_table(
        "sign_of_life",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sign_of_life")),
    )
    op.add_column("lease", sa.Column("process", sa.String(), server_default="", nullable=False))
    op.add_column("lease", sa.Column("taken_at", Instant(), nullable=True))
    op.drop_column("lease", "until")


def listings() -> None:
    """What each source lists, which fields it can say, how many of its rows were rejected."""


def waiting() -> None:
    """What each customer pays today, which the next refresh works out; until then what its row said last."""
    op.create_table(
        "paying",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("mrr", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_paying")),
    )
    op.execute("INSERT INTO paying (customer, mrr) SELECT id, mrr FROM account WHERE mrr IS NOT NULL")


def downgrade() -> None:
    """An older program counts everything again."""
    op.drop_table("counted")
    op.drop_table("paying")
    lease_back()


def lease_back() -> None:
    op.add_column("lease", sa.Column("until", Instant(), server_default="2000-01-01 00:00:00", nullable=False))
    op.drop_column("lease", "taken_at")
    op.drop_column("lease", "process")
    op.drop_table("sign_of_life")
