"""The sentences of any result."""

from __future__ import annotations

from functools import singledispatch

from campaign_effect.apa.blocks import Note
from campaign_effect.results import Result


@singledispatch
def sentences(result: Result) -> tuple[Note, ...]:
    """Say a result in paragraphs; an analysis that has some registers them here."""
    return ()
