"""Models fitted to imputed answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.sem.answers import ModelAnswers
from campaign_effect.analyses.sem.samples import Coding, make_sample
from campaign_effect.analyses.sem.settings import FactorSettings
from campaign_effect.errors import MissingColumnsError
from campaign_effect.stats.design.chained import impute_chained
from campaign_effect.stats.design.imputations import (
    ChainSettings,
    VariableKind,
    VillageTerms,
)
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.tables import Codes
from campaign_effect.stats.sem.pooled import pool_samples
from campaign_effect.stats.sem.sample import Sample
from campaign_effect.stats.sem.table import ParameterTable
from campaign_effect.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedAnswers:
    """What imputing came to.

    Attributes
    ----------
    n_complete : int
        Respondents who gave every answer.
    n_imputations : int
        0 where nothing was missing.
    rounds : int
    share_missing : float
        Mean share of the moments' variance that is due to what is missing, in [0, 1).
    largest_share : float
        The largest of these shares.
    r_hat : tuple of (str, float)
        Potential scale reduction of each imputed variable, the largest of all groups.
    """

    n_complete: int
    n_imputations: int
    rounds: int
    share_missing: float
    largest_share: float
    r_hat: tuple[tuple[str, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chained:
    """One group's completed answers, and how the chains went."""

    completed: tuple[Floats, ...]
    r_hat: dict[str, float]


def make_imputed_sample(
    survey: Survey,
    answers: ModelAnswers,
    coding: Coding,
    table: ParameterTable,
    settings: FactorSettings,
) -> tuple[Sample, ImputedAnswers]:
    """Impute each group's answers and pool their moments.

    Parameters
    ----------
    survey : Survey
        Auxiliary variables and villages are taken from it.
    answers : ModelAnswers
        With missing answers.
    coding : Coding
    table : ParameterTable
    settings : FactorSettings
        Its ``missing`` is an Imputation.

    Returns
    -------
    Sample
        Pooled.
    ImputedAnswers

    Notes
    -----
    Groups are imputed apart, so that imputed answers are related as they are in their group,
    whatever is equal or different among groups [1]_.

    References
    ----------
    .. [1] Enders, C. K., & Gottschall, A. C. (2011). Multiple imputation strategies for
       multiple group structural equation models. Structural Equation Modeling, 18, 35-54.
       https://doi.org/10.1080/10705511.2011.532695
    """
    choice = settings.missing
    assert isinstance(choice, Imputation)
    n_complete = sum(int((~np.isnan(rows)).all(axis=1).sum()) for rows in answers.rows)
    if n_complete == answers.n:
        sample = make_sample(answers, coding, settings, is_clustered=False)
        told = ImputedAnswers(
            n_complete=n_complete,
            n_imputations=0,
            rounds=choice.rounds,
            share_missing=0.0,
            largest_share=0.0,
            r_hat=(),
        )
        return sample, told
    groups = [_impute(survey, answers, coding, g, choice) for g in range(len(answers.groups))]
    samples = []
    for i in range(choice.m):
        rows = tuple(group.completed[i] for group in groups)
        full = replace(answers, rows=rows)
        samples.append(make_sample(full, _coded(coding, rows), settings, is_clustered=False))
    pooled = pool_samples(samples, table)
    names = dict.fromkeys(name for group in groups for name in group.r_hat)
    r_hat = {name: max(g.r_hat.get(name, 0.0) for g in groups) for name in names}
    told = ImputedAnswers(
        n_complete=n_complete,
        n_imputations=choice.m,
        rounds=choice.rounds,
        share_missing=float(pooled.share_missing.mean()),
        largest_share=float(pooled.share_missing.max()),
        r_hat=tuple(r_hat.items()),
    )
    return pooled.sample, told


def _impute(
    survey: Survey, answers: ModelAnswers, coding: Coding, group: int, choice: Imputation
) -> _Chained:
    """Impute one group's answers."""
    rows, p = answers.rows[group], len(answers.names)
    members = survey.answers.loc[answers.respondents[group]]
    extra, extra_kinds = _auxiliary(members, choice)
    if answers.weights is not None and np.ptp(answers.weights[group]) > 0:
        extra = np.column_stack([extra, answers.weights[group]])
        extra_kinds = [*extra_kinds, VariableKind.NUMBER]
    data = np.column_stack([rows, extra])
    if not np.isnan(data).any():
        return _Chained(completed=(rows,) * choice.m, r_hat={})
    villages = _villages(members, survey.schema.roles.cluster)
    few = villages is None or 2 * (int(villages.max()) + 1) <= len(rows)
    draws = impute_chained(
        data,
        (*_kinds(rows, coding, choice), *extra_kinds),
        ChainSettings(
            imputations=choice.m,
            iterations=choice.rounds,
            seed=choice.seed + group,
            villages=VillageTerms.FIXED if few else VillageTerms.MEANS,
        ),
        villages=villages,
        on_progress=choice.on_progress,
    )
    found = zip(draws.variables.tolist(), draws.r_hat.tolist(), strict=True)
    return _Chained(
        completed=tuple(draws.completed(i)[:, :p] for i in range(choice.m)),
        r_hat={answers.names[j]: r for j, r in found if j < p and np.isfinite(r)},
    )


def _kinds(rows: Floats, coding: Coding, choice: Imputation) -> tuple[VariableKind, ...]:
    columns = zip(rows.T, coding.categories, strict=True)
    return tuple(_kind(column, len(values), choice) for column, values in columns)


def _kind(column: Floats, n_categories: int, choice: Imputation) -> VariableKind:
    if len(np.unique(column[~np.isnan(column)])) == 2:
        return VariableKind.CATEGORY
    is_ordered = n_categories > 2 and choice.likert == "ordered"
    return VariableKind.ORDERED if is_ordered else VariableKind.NUMBER


def _auxiliary(members: pd.DataFrame, choice: Imputation) -> tuple[Floats, list[VariableKind]]:
    """Give the auxiliary variables as numbers, words by their place among the words."""
    if missing := [name for name in choice.auxiliary if name not in members]:
        raise MissingColumnsError.of(missing, members)
    columns, kinds = [np.zeros((len(members), 0))], []
    for name in choice.auxiliary:
        column = members[name]
        is_number = pd.api.types.is_numeric_dtype(column.dtype)
        codes = column if is_number else pd.Series(pd.factorize(column)[0]).replace(-1, np.nan)
        columns.append(codes.to_numpy(dtype=np.float64)[:, None])
        kinds.append(VariableKind.NUMBER if is_number else VariableKind.CATEGORY)
    return np.hstack(columns), kinds


def _villages(members: pd.DataFrame, name: str | None) -> Integers | None:
    """Give each village a number, and one to all people of no known one."""
    if name is None or name not in members:
        return None
    codes, villages = pd.factorize(members[name])
    return np.where(codes < 0, len(villages), codes).astype(np.int64) if len(villages) else None


def _coded(coding: Coding, rows: Sequence[Floats]) -> Coding:
    """Code completed answers as the given ones were."""
    if not coding.codes:
        return coding
    return replace(coding, codes=tuple(_codes(own, coding.categories) for own in rows))


def _codes(rows: Floats, categories: Sequence[Floats]) -> Codes:
    codes = np.empty(rows.shape, dtype=np.int8, order="F")
    for i, values in enumerate(categories):
        codes[:, i] = np.searchsorted(values, rows[:, i])
    return codes
