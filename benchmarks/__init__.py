"""Measurements, each one command: ``python -m benchmarks.NAME [--check] [--write]``."""
