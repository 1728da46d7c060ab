"""How long a check takes and how much memory it needs."""
