"""A place for the newest comments with low scores; they are listed when the store is next published."""

import sqlalchemy as sa
from alembic import op

from store.engines import Day

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

META = sa.table("meta", sa.column("name"))


def upgrade() -> None:
    op.create_table(
        "excerpt_of_survey",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("nth", sa.Integer, primary_key=True),
        sa.Column("answered_on", Day(), nullable=False),
        sa.Column("scale", sa.String, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("excerpt_of_survey")
    # Else a store that is brought up again on the same day would have none.
    op.execute(META.delete().where(META.c.name == "comments"))
