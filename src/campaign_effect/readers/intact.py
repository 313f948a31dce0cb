"""A file as a fact: it is there, it is whole, and it stays the same while it is read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign_effect.errors import SourceError, nearest_word


def checked_file(source: str | Path) -> Path:
    """Make sure that a path is a file with something in it.

    Raises
    ------
    SourceError
        If it is missing (with the nearest name in its folder), a folder, not readable or empty.
    """
    path = Path(source)
    try:
        if not path.exists():
            raise _missing(path)
        if path.is_dir():
            hint = "name the survey file inside it."
            raise SourceError(f"{str(path)!r} is a folder, not a survey file.", hint=hint)
        if not path.is_file():
            hint = "save the answers to a file first."
            raise SourceError(f"{str(path)!r} is no ordinary file.", hint=hint)
        if path.stat().st_size == 0:
            hint = "export the survey again."
            raise SourceError(f"{str(path)!r} is empty.", received="0 bytes", hint=hint)
        with path.open("rb"):
            return path
    except OSError as error:
        raise _unreadable(path, error) from None


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """Refuse what was read if the file changed meanwhile.

    Raises
    ------
    SourceError
        If size, time of change or identity of the file differ afterwards.
    """
    before = _state(path)
    yield
    if _state(path) != before:
        raise SourceError(
            f"{str(path)!r} changed while it was read.",
            hint="wait until the export or the synchronisation is finished, then try again.",
        )


def fingerprint(path: Path) -> str:
    """Compute the SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _missing(path: Path) -> SourceError:
    folder = path.parent
    names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    near = nearest_word(path.name, names)
    where = f"in {str(folder)!r}" if names else f"and its folder {str(folder)!r} has no files"
    hint = f"did you mean {near!r}?" if near else "check the name and the folder."
    return SourceError(f"There is no file {path.name!r} {where}.", hint=hint)


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"{str(path)!r} cannot be read: {error.strerror or 'input/output error'}.",
        hint="check its permissions, or copy it to your own folder.",
    )
