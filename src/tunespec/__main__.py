"""``python -m tunespec``."""

from tunespec.cli import main

main()
