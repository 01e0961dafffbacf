"""Tickets that say much the same and have no bug yet are called clusters, in the table and in their ids."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDS = (("listed_bug", "id"), ("bug_contact", "bug"), ("excerpt_of_bug", "bug"))
META = sa.table("meta", sa.column("name"))


def upgrade() -> None:
    op.alter_column("listed_bug", "is_pain", new_column_name="is_cluster")
    _ids("pain:", "cluster:")
    op.execute(META.update().where(META.c.name == "pains").values(name="clusters"))


def downgrade() -> None:
    op.execute(META.update().where(META.c.name == "clusters").values(name="pains"))
    _ids("cluster:", "pain:")
    op.alter_column("listed_bug", "is_cluster", new_column_name="is_pain")


def _ids(old: str, new: str) -> None:
    for name, column in IDS:
        table = sa.table(name, sa.column(column))
        id = table.c[column]
        renamed = sa.literal(new) + sa.func.substr(id, len(old) + 1)
        op.execute(table.update().where(sa.func.substr(id, 1, len(old)) == old).values({column: renamed}))
