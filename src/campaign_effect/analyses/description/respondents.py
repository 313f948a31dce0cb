"""Who answered: every variable in each group and in all, small counts hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.description.rows import Respondents
from campaign_effect.analyses.description.weighted import moments, share
from campaign_effect.stats.design.suppression import suppress_cells, suppress_line
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers
from campaign_effect.survey import Survey

MAX_LEVELS: Final = 30
"""A category with more levels is no table of respondents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups of the schema, then the whole survey.

    Attributes
    ----------
    names : tuple of str or None
        None is the whole survey.
    members : ndarray of bool, shape (n_groups, n)
    is_hidden : ndarray of bool, shape (n_groups,)
        Groups too small to be shown, and others that would give them away.
    weights : ndarray of float, shape (n,)
    min_cell : int
    """

    names: tuple[str | None, ...]
    members: Booleans = field(compare=False)
    is_hidden: Booleans = field(compare=False)
    weights: Floats = field(compare=False)
    min_cell: int


def respondent_rows(survey: Survey, weights: Floats, min_cell: int) -> Iterator[Respondents]:
    """Describe every variable in each group, then in all."""
    groups = _groups(survey, weights, min_cell)
    yield from _group_rows(groups)
    for name in _described(survey):
        answers = survey.answers[name]
        if pd.api.types.is_numeric_dtype(answers):
            yield from _number_rows(name, answers.to_numpy(dtype=np.float64), groups)
        else:
            yield from _level_rows(name, answers, groups)


def _groups(survey: Survey, weights: Floats, min_cell: int) -> Groups:
    name = survey.schema.roles.group
    names: list[str | None] = []
    members = []
    if name is not None:
        answers = survey.answers[name]
        found = [
            (f"{name}={level}", (answers == level).to_numpy()) for level in _levels(answers)
        ]
        names = [group for group, is_in in found if is_in.any()]
        members = [is_in for _, is_in in found if is_in.any()]
    counts = np.array([is_in.sum() for is_in in members], dtype=np.int64)
    return Groups(
        names=(*names, None),
        members=np.array([*members, np.ones(survey.n, dtype=bool)]),
        is_hidden=np.append(suppress_line(counts, threshold=min_cell), False),
        weights=weights,
        min_cell=min_cell,
    )


def _described(survey: Survey) -> list[str]:
    """Name the variables of a table of respondents."""
    schema = survey.schema
    if schema.variables:
        options = [(owner.name, option) for option, owner, _ in schema.options]
        names = [
            name
            for variable in schema.variables
            for name in (variable.name, *(o for owner, o in options if owner == variable.name))
        ]
    else:
        names = list(map(str, survey.answers.select_dtypes(exclude="number").columns))
    left_out = {schema.roles.group, schema.roles.weight}
    return [
        name for name in names if name not in left_out and _is_describable(survey.answers[name])
    ]


def _is_describable(answers: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(answers) or answers.nunique() <= MAX_LEVELS


def _levels(answers: pd.Series) -> list[object]:
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return list(answers.cat.categories)
    return sorted(answers.dropna().unique())


def _group_rows(groups: Groups) -> Iterator[Respondents]:
    """Say how many respondents each group has."""
    all_in = groups.members[-1]
    for name, is_in, hidden in zip(groups.names, groups.members, groups.is_hidden, strict=True):
        yield Respondents(
            variable="respondents",
            level=None,
            group=name,
            n=None if hidden else int(is_in.sum()),
            share=None if hidden else share(is_in, all_in, groups.weights),
            mean=None,
            sd=None,
            is_suppressed=bool(hidden),
        )


def _number_rows(name: str, values: Floats, groups: Groups) -> Iterator[Respondents]:
    """Give mean and spread in each group; those of a few respondents are hidden.

    The mean of zeros and ones is a count, and hidden like one.
    """
    counts = (groups.members & ~np.isnan(values)).sum(axis=1)
    hidden = groups.is_hidden | (counts[-1:] < groups.min_cell) & (counts > 0)
    hidden[:-1] |= suppress_line(counts[:-1], threshold=groups.min_cell)
    is_told = ~hidden & _may_tell_mean(values, groups)
    for at, group in enumerate(groups.names):
        is_in = groups.members[at]
        mean, sd = moments(values[is_in], groups.weights[is_in])
        yield Respondents(
            variable=name,
            level=None,
            group=group,
            n=None if hidden[at] else int(counts[at]),
            share=None,
            mean=mean if is_told[at] else None,
            sd=sd if is_told[at] else None,
            is_suppressed=not is_told[at],
        )


def _may_tell_mean(values: Floats, groups: Groups) -> Booleans:
    """Say in which groups a mean tells no small count, as that of zeros and ones would."""
    if not np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        return np.ones(len(groups.names), dtype=bool)
    counts = np.array([values == 1, values == 0]).astype(np.int64) @ groups.members.T
    hidden, has_total = _hidden_levels(counts, groups)
    return np.asarray(~hidden.any(axis=0) & has_total)


def _level_rows(name: str, answers: pd.Series, groups: Groups) -> Iterator[Respondents]:
    """Count every level in each group."""
    levels = _levels(answers)
    marks = np.array([(answers == level).to_numpy(dtype=bool) for level in levels])
    marks = marks.reshape(len(levels), len(answers))
    counts = marks.astype(np.int64) @ groups.members.T
    hidden, has_total = _hidden_levels(counts, groups)
    for at, group in enumerate(groups.names):
        among = groups.members[at] & marks.any(axis=0)
        for row, level in enumerate(levels):
            is_hidden = bool(hidden[row, at])
            has_share = has_total[at] and not is_hidden
            yield Respondents(
                variable=name,
                level=f"{name}={level}",
                group=group,
                n=None if is_hidden else int(counts[row, at]),
                share=share(marks[row], among, groups.weights) if has_share else None,
                mean=None,
                sd=None,
                is_suppressed=is_hidden or not has_total[at],
            )


def _hidden_levels(counts: Integers, groups: Groups) -> tuple[Booleans, Booleans]:
    """Say which counts to hide, and which groups' totals may be known from shares."""
    totals = counts.sum(axis=0)
    if counts.shape[1] == 1:
        hidden = suppress_line(counts[:, 0], threshold=groups.min_cell)[:, None]
        return hidden, np.array([True])
    table = np.vstack([counts, totals])
    before = np.broadcast_to(groups.is_hidden, table.shape)
    hidden = suppress_cells(table, threshold=groups.min_cell, hidden=before)
    return hidden[:-1], ~hidden[-1]
