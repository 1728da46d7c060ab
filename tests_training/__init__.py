"""The training family: one module per topic, one test per pitfall."""
