"""Files that survive the loss of unsynced pages: whole or absent, never half."""

import os
from pathlib import Path


def write_new(path: Path, content: bytes, *, mode: int = 0o644) -> bool:
    """Write a file that appears whole; an existing one stays as it is.

    The content is on disk when this returns; `sync_directory` then makes the name durable. Returns
    whether this call made the file.
    """
    draft = _draft(path, content, mode)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file in place of what had its name; content and name are on disk when it returns."""
    draft = _draft(path, content, 0o644)
    draft.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft(path: Path, content: bytes, mode: int) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
