"""Prompt templates of both sides, training and inference: read and rendered exactly, within bounds."""
