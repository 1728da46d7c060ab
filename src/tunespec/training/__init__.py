"""The training family: settings of a run, and what it logged."""
