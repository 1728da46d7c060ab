"""Facts about the logged rows of a run: what its curves show, and what they do not show although they should."""
