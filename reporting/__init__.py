"""How a number is said: every sentence, unit and table, once, for pages, terminal and documents."""
