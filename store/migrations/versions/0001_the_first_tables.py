"""The first tables"""

import sqlalchemy as sa
from alembic import op

from store.engines import Day, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("mrr", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "bug",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("fixed_at", Instant(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("expected_on", Day(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_bug")),
    )
    op.create_table(
        "bug_contact",
        sa.Column("day", Day(), nullable=False),
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "bug", "customer", name=op.f("pk_bug_contact")),
    )
    op.create_table(
        "bug_rating",
        sa.Column("day", Day(), nullable=False),
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("rated_on", Day(), nullable=False),
        sa.Column("rated", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "bug", "customer", "rated_on", name=op.f("pk_bug_rating")),
    )
    op.create_index(op.f("ix_bug_rating_rated_on_bug"), "bug_rating", ["rated_on", "bug"])
    with op.batch_alter_table("bug_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bug_contact_bug_day"), ["bug", "day"], unique=False)

    op.create_table(
        "bug_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("reported_at", Instant(), nullable=True),
        sa.Column("linked_by", sa.String(), nullable=True),
        sa.Column("reported_on", Day(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_bug_report")),
    )
    with op.batch_alter_table("bug_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bug_report_reported_on"), ["reported_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_bug_report_ticket"), ["ticket"], unique=False)

    op.create_table(
        "cursor",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_cursor")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("mrr", sa.BigInteger(), nullable=True),
        sa.Column("started_on", Day(), nullable=True),
        sa.Column("ended_on", Day(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_customer")),
    )
    op.create_table(
        "customer_interval",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("started_on", Day(), nullable=False),
        sa.Column("ended_on", Day(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("start_mrr", sa.BigInteger(), nullable=False),
        sa.Column("end_mrr", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "started_on", name=op.f("pk_customer_interval")),
    )
    with op.batch_alter_table("customer_interval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_interval_ended_on"), ["ended_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_interval_started_on"), ["started_on"], unique=False)

    op.create_table(
        "dirty",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", "key", name=op.f("pk_dirty")),
    )
    op.create_table(
        "employment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("started_on", Day(), nullable=True),
        sa.Column("ended_on", Day(), nullable=True),
        sa.Column("left_how", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_employment")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "listed_bug",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("fixed_at", Instant(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("expected_on", Day(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("is_pain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_bug")),
    )
    op.create_table(
        "mark",
        sa.Column("day", Day(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("day", "name", name=op.f("pk_mark")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "purchase",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("ordered_at", Instant(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("ordered_on", Day(), nullable=True),
        sa.Column("ordered_ordinal", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_purchase")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_ordered_on"), ["ordered_on"], unique=False)

    op.create_table(
        "release",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("released_at", Instant(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("released_on", Day(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_release")),
    )
    op.create_table(
        "revenue_month",
        sa.Column("month", Day(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("start_mrr", sa.BigInteger(), nullable=False),
        sa.Column("kept_mrr", sa.BigInteger(), nullable=False),
        sa.Column("end_mrr", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "segment", "plan", name=op.f("pk_revenue_month")),
    )
    op.create_table(
        "row_count",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "record", name=op.f("pk_row_count")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("stale_after_hours", sa.Float(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_saved", sa.BigInteger(), nullable=False),
        sa.Column("rows_unchanged", sa.BigInteger(), nullable=False),
        sa.Column("rows_set_aside", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_source"), ["source"], unique=False)

    op.create_table(
        "set_aside",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "record", "place", "column_name", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "severity_change",
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("bug", "changed_at", name=op.f("pk_severity_change")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "stored_rows",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("undated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "record", name=op.f("pk_stored_rows")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("started_on", Day(), nullable=False),
        sa.Column("ended_on", Day(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("mrr", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_customer"), ["customer"], unique=False)

    op.create_table(
        "survey_response",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("answered_on", Day(), nullable=True),
        sa.Column("sent_on", Day(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_survey_response")),
    )
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_response_answered_on_area"), ["answered_on", "area"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_sent_on_area"), ["sent_on", "area"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_ticket"), ["ticket"], unique=False)

    op.create_table(
        "tally",
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
        sa.PrimaryKeyConstraint(
            "measure", "day", "area", "channel", "segment", "plan", "team", "bin", name=op.f("pk_tally")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_total",
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("bin", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "day", "bin", name=op.f("pk_tally_total")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("first_reply_at", Instant(), nullable=True),
        sa.Column("solved_at", Instant(), nullable=True),
        sa.Column("replies", sa.BigInteger(), nullable=True),
        sa.Column("reopens", sa.BigInteger(), nullable=True),
        sa.Column("within_target", sa.Boolean(), nullable=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("feeling", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("excerpt", sa.String(), nullable=True),
        sa.Column("opened_on", Day(), nullable=True),
        sa.Column("replied_on", Day(), nullable=True),
        sa.Column("solved_on", Day(), nullable=True),
        sa.Column("first_reply_bin", sa.String(), nullable=True),
        sa.Column("resolution_bin", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", "source", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_opened_on_area"), ["opened_on", "area"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_replied_on_area"), ["replied_on", "area"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_solved_on_area"), ["solved_on", "area"], unique=False)

    op.create_table(
        "voice",
        sa.Column("bug", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("opened_on", Day(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("excerpt", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("bug", "ticket", name=op.f("pk_voice")),
    )
    with op.batch_alter_table("voice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_opened_on"), ["opened_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("voice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voice_opened_on"))

    op.drop_table("voice")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_solved_on_area"))
        batch_op.drop_index(batch_op.f("ix_ticket_replied_on_area"))
        batch_op.drop_index(batch_op.f("ix_ticket_opened_on_area"))
        batch_op.drop_index(batch_op.f("ix_ticket_customer"))

    op.drop_table("ticket")
    op.drop_table("tally_total")
    op.drop_table("tally")
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_response_ticket"))
        batch_op.drop_index(batch_op.f("ix_survey_response_sent_on_area"))
        batch_op.drop_index(batch_op.f("ix_survey_response_customer"))
        batch_op.drop_index(batch_op.f("ix_survey_response_answered_on_area"))

    op.drop_table("survey_response")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_customer"))

    op.drop_table("subscription")
    op.drop_table("stored_rows")
    op.drop_table("snapshot")
    op.drop_table("severity_change")
    op.drop_table("set_aside")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_source"))

    op.drop_table("run")
    op.drop_table("row_count")
    op.drop_table("revenue_month")
    op.drop_table("release")
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_ordered_on"))
        batch_op.drop_index(batch_op.f("ix_purchase_customer"))

    op.drop_table("purchase")
    op.drop_table("meta")
    op.drop_table("mark")
    op.drop_table("listed_bug")
    op.drop_table("lease")
    op.drop_table("employment")
    op.drop_table("dirty")
    with op.batch_alter_table("customer_interval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_interval_started_on"))
        batch_op.drop_index(batch_op.f("ix_customer_interval_ended_on"))

    op.drop_table("customer_interval")
    op.drop_table("customer")
    op.drop_table("cursor")
    with op.batch_alter_table("bug_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bug_report_ticket"))
        batch_op.drop_index(batch_op.f("ix_bug_report_reported_on"))

    op.drop_table("bug_report")
    with op.batch_alter_table("bug_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bug_contact_bug_day"))

    op.drop_table("bug_rating")
    op.drop_table("bug_contact")
    op.drop_table("bug")
    op.drop_table("account")
