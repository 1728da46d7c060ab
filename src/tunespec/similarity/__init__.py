"""Which texts say almost the same: candidates by MinHash, every pair verified exactly."""
