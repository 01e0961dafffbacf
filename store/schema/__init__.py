"""The tables: one for each noun, the bookkeeping of refreshes, and the small ones that readers see.

The tables of the nouns follow from store/records.py, and what they get comes into older stores by itself
(store/additions.py). Changing any other shape needs a migration (store/migrations/); a test compares the two.
"""

# All tables are asked for here, whichever of the three they are.
from store.schema.bookkeeping import *  # noqa: F403
from store.schema.nouns import *  # noqa: F403
from store.schema.published import *  # noqa: F403
