"""Our code in a Python process of its own, which nothing of the user's project gets into."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress

# This process's path goes behind the child's own, so that no file of the user's stands in for a library's module; and
# `-P` keeps the working folder out.
MAIN = """
import json, sys
from importlib import import_module
path, module, *arguments = sys.argv[1:]
sys.path += [folder for folder in json.loads(path) if folder and folder not in sys.path]
import_module(module).main(*arguments)
"""


def command(module: str, *arguments: str) -> list[str]:
    """What to start for ``main(*arguments)`` of one of our modules."""
    return [sys.executable, "-P", "-W", "ignore", "-c", MAIN, json.dumps(sys.path), module, *arguments]


def end(process: subprocess.Popen[bytes]) -> None:
    """End it, and close our side of its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent any more
            if pipe is not None:
                pipe.close()
