"""Every change of the tables' shape, in order. `store.migrate()` brings any older store to the newest shape."""
