"""Claims about speed and about the usefulness of the ranking, measured: `./run bench` writes them to RESULTS.md."""
