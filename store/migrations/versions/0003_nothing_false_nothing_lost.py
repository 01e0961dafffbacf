"""What a measure counted by which version, who holds the lease, what each source lists and can say"""

import sqlalchemy as sa
from alembic import op

from store.engines import Instant

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
    """Ids of two sources that do not share them stay two: the next refresh, which has the settings, brings rows in line."""
    op.create_table(
        "id_group",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_id_group")),
    )
    op.create_table(
        "unresolved",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "record", "field")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("given", "missing")),
        sa.Column("elsewhere", sa.String()),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "record", "field", name=op.f("pk_unresolved")),
    )


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
    op.create_table(
        "read_rows",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "place", "record")),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "place", "record", name=op.f("pk_read_rows")),
    )
    op.create_table(
        "listing",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "place", "record")),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "place", "record", "run", "part", name=op.f("pk_listing")),
    )
    op.create_table(
        "removal",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "place", "record")),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "place", "record", "run", name=op.f("pk_removal")),
    )
    op.create_table(
        "unsaid",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "record", "field")),
        sa.PrimaryKeyConstraint("source", "record", "field", name=op.f("pk_unsaid")),
    )
    op.add_column("customer_interval", sa.Column("end_known", sa.Boolean(), server_default=sa.true(), nullable=False))
    for name in ("read", "rejected", "waiting"):
        op.add_column("stored_rows", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    # Nobody noted which file or address the rows of before came from: they stay until everything was read whole once.
    text = sa.String()
    known, listed = (
        sa.table("row_count", sa.column("source", text)),
        sa.table(
            "listing",
            *(sa.column(name, text) for name in ("source", "place", "record")),
            sa.column("run", sa.Integer()),
            sa.column("part", sa.Integer()),
            sa.column("ids", sa.LargeBinary()),
        ),
    )
    rows = [source for (source,) in op.get_bind().execute(sa.select(known.c.source).distinct())]
    if rows:
        empty = {"place": "", "record": "", "run": 0, "part": 0, "ids": b""}
        op.bulk_insert(listed, [{"source": source, **empty} for source in rows])
    # Files are read again, so that this is soon, and so that their rejected rows are known by file.
    of_files = "source IN (SELECT source FROM run WHERE type = 'files')"
    op.execute(f"DELETE FROM cursor WHERE {of_files}")  # noqa: S608
    op.execute(f"DELETE FROM set_aside WHERE {of_files}")  # noqa: S608


def waiting() -> None:
    """Open tickets by age; and what each customer pays today, until the next refresh what its row said last."""
    op.create_table(
        "age",
        sa.Column("opened_before", Instant(), nullable=False),
        sa.Column("bin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("opened_before", name=op.f("pk_age")),
    )
    is_open = sa.text("solved_at IS NULL")
    op.create_index(
        "ix_ticket_open", "ticket", ["opened_on"], unique=False, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "paying",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("mrr", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_paying")),
    )
    op.execute("INSERT INTO paying (customer, mrr) SELECT id, mrr FROM account WHERE mrr IS NOT NULL")
    # Waits are by day of opening now: no question goes through these.
    for day in ("replied_on", "solved_on"):
        op.drop_index(op.f(f"ix_ticket_{day}_area"), "ticket")


def downgrade() -> None:
    """Takes the tables and columns away; the older program counts everything again."""
    for name in ("counted", "unresolved", "id_group"):
        op.drop_table(name)
    for table in ("tally", "tally_total"):
        op.drop_index(f"ix_{table}_nothing", table)
    op.drop_table("paying")
    op.drop_index("ix_ticket_open", "ticket")
    for day in ("replied_on", "solved_on"):
        op.create_index(op.f(f"ix_ticket_{day}_area"), "ticket", [day, "area"])
    op.drop_table("age")
    lease_back()
    for name in ("unsaid", "removal", "listing", "read_rows"):
        op.drop_table(name)
    with op.batch_alter_table("stored_rows") as batch_op:
        for name in ("read", "rejected", "waiting"):
            batch_op.drop_column(name)
    with op.batch_alter_table("customer_interval") as batch_op:
        batch_op.drop_column("end_known")


def lease_back() -> None:
    op.add_column("lease", sa.Column("until", Instant(), server_default="2000-01-01 00:00:00", nullable=False))
    op.drop_column("lease", "taken_at")
    op.drop_column("lease", "process")
    op.drop_table("sign_of_life")
