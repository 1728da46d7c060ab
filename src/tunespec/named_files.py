"""Files and folders that a configuration or a program names: from where it is started, nothing says."""

from __future__ import annotations

from pathlib import Path


def found_from(configuration: Path, name: str, root: Path) -> Path | None:
    """A file or folder that a configuration names.

    Looked for from the configuration's folder, from each one around it up to the project's, and from the project's.

    Args:
        configuration: the file that names it.
        name: the path as it is written.
        root: the project's folder.

    Returns:
        None if it is not there.
    """
    written = Path(name).expanduser()
    if written.is_absolute():
        return written if _exists(written) else None
    folders = [configuration.parent, *configuration.parent.parents]
    within = [folder for folder in folders if folder == root or root in folder.parents]
    candidates = dict.fromkeys((*(within or folders[:1]), root))
    return next((folder / written for folder in candidates if _exists(folder / written)), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a text that no path can be
        return False
