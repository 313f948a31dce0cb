"""Files that appear whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign_effect.errors import OutputError


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give a place to write a file to, from which it takes its own when it is complete.

    Parameters
    ----------
    target : Path
        Where the file is wanted; one that is there stays until the new one is whole.

    Yields
    ------
    Path
        In a folder beside, which is gone afterwards.

    Raises
    ------
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> wanted = Path(mkdtemp(), "answers.csv")
    >>> with replaced(wanted) as place:
    ...     _ = place.write_text("a,b")
    >>> wanted.read_text()
    'a,b'
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
            beside = Path(folder, target.name)
            yield beside
            beside.replace(target)
    except OSError as error:
        raise OutputError(
            f"{str(target)!r} cannot be written: {error.strerror}.",
            hint="close it in other programs, or choose a folder that exists and that you may "
            "write to.",
        ) from None
