"""Training runs: what their configurations say, and what their logs tell."""
