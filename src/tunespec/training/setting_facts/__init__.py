"""Facts of a run's settings: functions that look at them and mark what goes wrong."""
