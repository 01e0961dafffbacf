"""What a page asks: the facts of each page, worked out once for each snapshot of the store and kept for everybody."""
