"""The answers that validity is computed from: complete, several constructs at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.analyses.blocks import Items, all_items, chosen_blocks, complete_answers
from campaign_effect.analyses.resampling import cluster_codes
from campaign_effect.errors import TooFewItemsError
from campaign_effect.results import Sample
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey

LEAST_ITEMS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructAnswers:
    """Complete answers to the items of constructs.

    Attributes
    ----------
    constructs : tuple of str
        Those with at least two items.
    items : tuple of str
        All of theirs, each once.
    places : tuple of tuple of int
        Where each construct's items stand.
    left_out : tuple of str
        Constructs of a single item.
    X : ndarray, shape (n, k)
    clusters : ndarray of int, shape (n,), optional
        Villages from 0.
    sample : Sample
    """

    constructs: tuple[str, ...]
    items: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    left_out: tuple[str, ...]
    X: Floats = field(repr=False)
    clusters: Integers | None = field(repr=False)
    sample: Sample

    @property
    def scores(self) -> Floats:
        """Mean of each construct's items, shape (n, m)."""
        return np.column_stack([self.X[:, list(items)].mean(axis=1) for items in self.places])


def construct_answers(survey: Survey, items: Items) -> ConstructAnswers:
    """Take the respondents who answered all items of all constructs.

    Raises
    ------
    TooFewItemsError
        If no construct has two items.
    TooFewRowsError
        If there are no more complete answers than items.
    NoVariationError
        If an item is constant; the error names it.
    """
    blocks = chosen_blocks(survey, items)
    kept = {name: named for name, named in blocks.items() if len(named) >= LEAST_ITEMS}
    if not kept:
        raise TooFewItemsError(
            "Validity needs a construct of at least two items.",
            received=", ".join(f"{name}: {len(named)}" for name, named in blocks.items()),
        )
    names = all_items(kept)
    X, sample, complete = complete_answers(survey, names)
    return ConstructAnswers(
        constructs=tuple(kept),
        items=names,
        places=tuple(tuple(names.index(item) for item in named) for named in kept.values()),
        left_out=tuple(name for name in blocks if name not in kept),
        X=X,
        clusters=cluster_codes(survey, complete),
        sample=sample,
    )
