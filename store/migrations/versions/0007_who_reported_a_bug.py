"""Reports of bugs know their channel, and excerpts whose they are and which source they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EXCERPT = sa.table("excerpt_of_bug", sa.column("ticket"), sa.column("source"), sa.column("customer"))
TICKET = sa.table("ticket", sa.column("id"), sa.column("source"), sa.column("customer"))
META = sa.table("meta", sa.column("name"))


def upgrade() -> None:
    op.add_column("bug_contact", sa.Column("channel", sa.String()))
    # All reports are counted again by the next publishing, as after a change of their rules; and clusters are made anew.
    op.execute(META.delete().where(META.c.name.in_(["rules of contacts", "clusters"])))
    for name in ("source", "customer"):
        op.add_column("excerpt_of_bug", sa.Column(name, sa.String()))
    mine = TICKET.c.id == EXCERPT.c.ticket
    source = sa.select(sa.func.min(TICKET.c.source)).where(mine).scalar_subquery().correlate(EXCERPT)
    op.execute(EXCERPT.update().values(source=source))
    customer = (
        sa.select(TICKET.c.customer)
        .where(mine, TICKET.c.source == EXCERPT.c.source)
        .scalar_subquery()
        .correlate(EXCERPT)
    )
    op.execute(EXCERPT.update().values(customer=customer))


def downgrade() -> None:
    for name in ("customer", "source"):
        op.drop_column("excerpt_of_bug", name)
    op.drop_column("bug_contact", "channel")
