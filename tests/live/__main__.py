"""``python -m tests.live``: all that the live tests need, built or fetched once."""

from __future__ import annotations

import sys

from tests.live.install import InstallError, ensure
from tests.live.smollm import smollm


def main() -> int:
    """Says where the server and the model are, or why there are none."""
    try:
        for what, path in (("Ollama", ensure()), ("SmolLM2", smollm())):
            print(f"live tests: {what}: {path}")
    except InstallError as error:
        print(f"live tests: {error}\nTUNESPEC_LIVE=0 leaves them out.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
