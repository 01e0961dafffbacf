"""The frame around the pages: the menu, the guard, what may be asked over HTTP and what every answer carries."""
