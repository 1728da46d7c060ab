"""Which texts say almost the same: candidates by a sample of their word pairs, every pair verified exactly."""

Pair = tuple[int, int, float]  # later and earlier document, and their similarity
