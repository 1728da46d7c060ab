"""``python -m tunespec``, and the command ``tunespec``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C counts from here on, while the command line itself is still being imported."""
    try:
        from tunespec.cli import main as run

        run()
    except KeyboardInterrupt:
        print("tunespec: interrupted", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
