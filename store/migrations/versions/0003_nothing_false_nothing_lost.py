"""What a measure counted by which version, who holds the lease, what each source lists and can say"""

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


def ids() -> None:
    """Ids of two sources that do not share them stay two."""


def lease() -> None:
    """A lease with a sign of life."""


def listings() -> None:
    """What each source lists, which fields it can say, how many of its rows were rejected."""


def waiting() -> None:
    """Tickets that are still open, by age."""


def downgrade() -> None:
    """Nothing goes back: an older program reads a store of its own."""
