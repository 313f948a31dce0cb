"""Which items an analysis takes together, and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.errors import (
    MissingColumnsError,
    NoVariationError,
    TooFewItemsError,
    TooFewRowsError,
    UsageError,
)
from campaign_effect.results import Sample
from campaign_effect.stats.items.checks import check_scores
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import Survey

CLEAR_WEIGHT: Final = 0.1
"""Of an item in a sum that does not vary."""

Items = Sequence[str] | Mapping[str, Sequence[str]] | None
"""Columns to be taken as one construct, or as several under their names."""


def chosen_blocks(survey: Survey, items: Items) -> dict[str, tuple[str, ...]]:
    """Take the schema's constructs, or the items that were named instead.

    Parameters
    ----------
    survey : Survey
    items : sequence or mapping of sequences of str, optional
        Columns taken as one construct, or constructs by name: subscales and their total.

    Returns
    -------
    dict of construct to items

    Raises
    ------
    MissingColumnsError
        If an item is not in the survey.
    UsageError
        If an item is named twice in a construct, or its answers are no numbers.
    TooFewItemsError
        If the survey has no construct and no numeric column.
    """
    blocks = {name: tuple(named) for name, named in _named(survey, items).items()}
    if not any(blocks.values()):
        raise TooFewItemsError(
            "The survey has no block of numeric items.",
            hint="name the constructs in a schema, or pass items=[…].",
            cause="no_blocks",
        )
    for named in blocks.values():
        _check(survey, named)
    return blocks


def all_items(blocks: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """List the items of all blocks, each once, in order."""
    return tuple(dict.fromkeys(item for named in blocks.values() for item in named))


def complete_answers(
    survey: Survey, names: tuple[str, ...], *, least: int = 2
) -> tuple[Floats, Sample, np.ndarray]:
    """Take the respondents who answered all of several items.

    Parameters
    ----------
    survey : Survey
    names : tuple of str
        The items.
    least : int, default 2
        The fewest items that serve.

    Returns
    -------
    ndarray, shape (n_complete, k)
        Their answers.
    Sample
    ndarray of bool, shape (n,)
        Who they are.

    Raises
    ------
    TooFewItemsError, TooFewRowsError
        If there are fewer items than needed, or no more complete answers than items.
    NoVariationError
        If an item is constant; the error names it.
    """
    columns = list(names)
    complete, sample = listwise_sample(survey.answers[columns], survey.absences[columns])
    X = survey.scores(names)[complete]
    try:
        check_scores(X, min_items=least)
    except NoVariationError as error:
        raise constant_items(names, error) from error
    if len(X) <= len(names):
        raise TooFewRowsError(
            "There must be more complete answers than items.",
            received=f"{len(X)} answers to {len(names)} items",
            hint="name fewer items, or look at which are missing most often.",
            cause="fewer_rows_than_items",
            n=len(X),
            k=len(names),
        )
    return X, sample, complete


def constant_items(names: Sequence[str], error: NoVariationError) -> NoVariationError:
    """Name the items that an error without names is about.

    Parameters
    ----------
    names : sequence of str
        All items.
    error : NoVariationError
        With their positions in ``items``.
    """
    found = tuple(names[i] for i in getattr(error, "items", ()))
    return NoVariationError(
        f"Items with one answer only ({len(found)}): {list(found)}.",
        hint="leave them out: an item that does not vary measures nothing.",
        cause="constant_items",
        items=found,
    )


def row_weights(survey: Survey, weights: str | None) -> Floats | None:
    """Read the weights of all respondents.

    Raises
    ------
    MissingColumnsError
        If there is no such column.
    UsageError
        If a weight is missing or negative, or none is positive.
    """
    if weights is None:
        return None
    _check(survey, (weights,))
    values = survey.answers[weights].to_numpy(dtype=np.float64)
    n_wrong = int((~(values >= 0)).sum())
    if n_wrong or not values.sum() > 0:
        raise UsageError(
            f"The column {weights!r} holds no weights.",
            received=f"{n_wrong} of {len(values)} missing or negative",
            hint="every respondent needs a weight of 0 or more.",
        )
    return values


def repeated_items(names: Sequence[str], correlations: Floats) -> tuple[str, ...]:
    """Name the items that are sums of each other; none where the correlations have an inverse.

    Parameters
    ----------
    names : sequence of str
    correlations : ndarray of float, shape (k, k)
    """
    values, vectors = np.linalg.eigh(correlations)
    if values[0] > len(names) * np.finfo(np.float64).eps:
        return ()
    weights = np.abs(vectors[:, 0])
    return tuple(name for name, w in zip(names, weights, strict=True) if w > CLEAR_WEIGHT)


def _named(survey: Survey, items: Items) -> Mapping[str, Sequence[str]]:
    if items is None:
        return survey.blocks
    return items if isinstance(items, Mapping) else {"items": items}


def _check(survey: Survey, items: Sequence[str]) -> None:
    if missing := [name for name in items if name not in survey.answers]:
        raise MissingColumnsError.of(missing, survey.answers)
    if repeated := sorted({name for name in items if items.count(name) > 1}):
        raise UsageError(f"Items named more than once ({len(repeated)}): {repeated}.")
    is_number = {name: pd.api.types.is_numeric_dtype(survey.answers[name]) for name in items}
    if words := [name for name, is_number in is_number.items() if not is_number]:
        raise UsageError(
            f"Columns whose answers are no numbers ({len(words)}): {words}.",
            hint="give them an ordered scale in the schema, or leave them out.",
        )
