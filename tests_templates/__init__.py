"""Pitfalls of prompts and templates, each one test function."""
