"""Who waits now is counted at every publishing."""

import sqlalchemy as sa
from alembic import op

from store.engines import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("customers", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("for_reply", sa.BigInteger, nullable=False),
        sa.Column("for_fix", sa.BigInteger, nullable=False),
        sa.Column("since", Instant),
    )


def downgrade() -> None:
    op.drop_table("waiting")
