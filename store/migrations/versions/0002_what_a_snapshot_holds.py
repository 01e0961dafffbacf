"""A snapshot says which runs are in it; contacts about bugs are counted again one by one"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from store.engines import Day, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("newest_run", sa.Integer(), server_default="0", nullable=False))
    # What was published before holds all that had run before.
    op.execute("UPDATE snapshot SET newest_run = COALESCE((SELECT MAX(id) FROM run), 0)")
    op.create_table(
        "ticket_before",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("customer", sa.String()),
        sa.Column("opened_on", Day()),
        sa.Column("replied_on", Day()),
        sa.Column("solved_on", Day()),
        sa.Column("first_reply_at", Instant()),
        sa.Column("solved_at", Instant()),
        sa.Column("first_reply_bin", sa.String()),
        sa.Column("resolution_bin", sa.String()),
        sa.Column("reopens", sa.BigInteger()),
        sa.Column("within_target", sa.Boolean()),
        sa.Column("area", sa.String()),
        sa.Column("channel", sa.String()),
        sa.Column("kind", sa.String()),
        sa.Column("is_linked", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_ticket_before")),
    )
    op.create_table(
        "survey_response_before",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("customer", sa.String()),
        sa.Column("kind", sa.String()),
        sa.Column("scale", sa.String()),
        sa.Column("score", sa.BigInteger()),
        sa.Column("answered_on", Day()),
        sa.Column("sent_on", Day()),
        sa.Column("area", sa.String()),
        sa.Column("channel", sa.String()),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_survey_response_before")),
    )
    op.create_table(
        "tally_change",
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("bin", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
    )
    # Tickets and surveys that were saved and not yet counted are known by their days only: count all of them again.
    # (nothing here says in meta that they are counted), and all reports.
    day = sa.literal(date(1, 1, 1), Day())
    dirty = sa.table("dirty", sa.column("kind"), sa.column("day"), sa.column("key"))
    report = sa.table("bug_report", sa.column("ticket"))
    op.execute(
        sa.insert(dirty).from_select(
            ["kind", "day", "key"],
            sa.select(sa.literal("reported"), day, report.c.ticket).where(report.c.ticket.is_not(None)).distinct(),
        )
    )
    op.drop_index(op.f("ix_ticket_customer"), "ticket")
    op.create_index(op.f("ix_ticket_customer_opened_on"), "ticket", ["customer", "opened_on"])
    op.drop_index(op.f("ix_bug_report_reported_on"), "bug_report")
    op.create_index(op.f("ix_bug_report_reported_on_bug"), "bug_report", ["reported_on", "bug"])
    op.create_index(op.f("ix_bug_contact_bug_customer_day_weight"), "bug_contact", ["bug", "customer", "day", "weight"])
    op.create_index(op.f("ix_bug_report_bug"), "bug_report", ["bug"])
    op.create_index(op.f("ix_bug_report_customer"), "bug_report", ["customer"])
    op.create_table(
        "dirty_contact",
        sa.Column("day", Day(), nullable=False),
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", "bug", "customer", name=op.f("pk_dirty_contact")),
    )


def downgrade() -> None:
    for table in ("tally_change", "survey_response_before", "ticket_before", "dirty_contact"):
        op.drop_table(table)
    op.drop_index(op.f("ix_bug_report_customer"), "bug_report")
    op.drop_index(op.f("ix_bug_report_bug"), "bug_report")
    op.drop_index(op.f("ix_bug_contact_bug_customer_day_weight"), "bug_contact")
    op.drop_index(op.f("ix_bug_report_reported_on_bug"), "bug_report")
    op.create_index(op.f("ix_bug_report_reported_on"), "bug_report", ["reported_on"])
    op.drop_index(op.f("ix_ticket_customer_opened_on"), "ticket")
    op.create_index(op.f("ix_ticket_customer"), "ticket", ["customer"])
    with op.batch_alter_table("snapshot") as batch_op:
        batch_op.drop_column("newest_run")
