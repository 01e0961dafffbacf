"""The ten bugs that hurt customers most now: who reported them, how they are ordered, and tickets that no bug explains."""
