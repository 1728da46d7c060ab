"""The project's wheel, built, and installed into virtual environments of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def build_wheel(folder: Path) -> Path:
    """The built wheel, in ``folder``."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("tunespec-*.whl")
    return wheel


def install_wheel(wheel: Path, environment: Path) -> Path:
    """A new virtual environment with the wheel in it; says the folder of its programs.

    What the wheel depends on is taken from this environment, whose packages stand behind the new one's own: to install
    it again takes minutes. A copy of this checkout that is installed here to be edited is not seen.
    """
    venv.create(environment, with_pip=False)
    scheme = {"base": str(environment), "platbase": str(environment)}
    packages, programs = (Path(sysconfig.get_path(name, "venv", scheme)) for name in ("purelib", "scripts"))
    command = [sys.executable, "-m", "pip", "--python", str(environment), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    borrowed = "\n".join(path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"})
    (packages / "borrowed.pth").write_text(borrowed, encoding="utf-8")
    return programs


def without_checkout() -> dict[str, str]:
    """The environment variables of a process that is not to find this checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
