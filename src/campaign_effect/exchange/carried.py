"""What came of writing or reading a schema in another form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_effect.results import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that was written, and what it could not hold.

    Attributes
    ----------
    path : Path
        The file.
    notices : tuple of Notice
        ``not_carried``, one for each kind of thing that is lost; none where nothing is.
    """

    path: Path
    notices: tuple[Notice, ...] = ()


def lost(form: str, named: Mapping[str, Iterable[str]]) -> tuple[Notice, ...]:
    """Say what a form does not carry: what (an id of wording), and of which parts.

    Examples
    --------
    >>> [dict(one.facts)["n"] for one in lost("XLSForm", {"reversed": ["x1"], "roles": []})]
    [1]
    """
    kinds = {what: tuple(dict.fromkeys(names)) for what, names in named.items()}
    return tuple(
        Notice.of("not_carried", form=form, what=f"lost.{what}", parts=names, n=len(names))
        for what, names in kinds.items()
        if names
    )
