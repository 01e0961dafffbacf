"""A snapshot says which runs are in it; contacts about bugs are counted again one by one"""

import sqlalchemy as sa
from alembic import op

from store.schema import Day

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("newest_run", sa.Integer(), server_default="0", nullable=False))
    # What was published before holds all that had run before.
    op.execute("UPDATE snapshot SET newest_run = COALESCE((SELECT MAX(id) FROM run), 0)")
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
    op.drop_table("dirty_contact")
    op.drop_index(op.f("ix_bug_report_customer"), "bug_report")
    op.drop_index(op.f("ix_bug_report_bug"), "bug_report")
    with op.batch_alter_table("snapshot") as batch_op:
        batch_op.drop_column("newest_run")
