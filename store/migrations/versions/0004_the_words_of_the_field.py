"""Tables and columns get the names that the field uses, and what the ranking and the sources learned gets a place.

One function for each topic; each is undone by its reverse.
"""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _names()
    _ranking()
    _sources()


def downgrade() -> None:
    _sources_undone()
    _ranking_undone()
    _names_undone()


def _names() -> None:
    """Old words: dirty, dirty_contact, set_aside, voice."""


def _names_undone() -> None:
    pass


def _ranking() -> None:
    """The memory of the ranking, and its record."""


def _ranking_undone() -> None:
    pass


def _sources() -> None:
    """What a source is found to lack or to count otherwise."""


def _sources_undone() -> None:
    pass
