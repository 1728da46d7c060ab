"""The specification. A wheel carries it here; in a checkout it lies at the root (see ``suite_paths``)."""
