"""What every source needs and none should write again: options, asking over the web, pages, cursors, cells."""
