"""One sample of several imputed ones: moments pooled, with what imputing leaves uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.moments.patterns import patterns_of_moments
from campaign_effect.stats.sem.measures import sample_moments
from campaign_effect.stats.sem.places import Structure, find_places
from campaign_effect.stats.sem.robust import moment_gamma
from campaign_effect.stats.sem.sample import GroupSample, Sample
from campaign_effect.stats.sem.table import ParameterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledSample:
    """A sample of imputed answers.

    Attributes
    ----------
    sample : Sample
        Pooled moments; ``gamma`` holds n times their total covariance matrix. Answers are no
        part of it, so it is for estimators whose errors come from the moments' variation.
    share_missing : ndarray of float, shape (k,)
        Share of each moment's variance, of all groups, that is due to what is missing.
    n_imputations : int
    """

    sample: Sample
    share_missing: Floats = field(compare=False)
    n_imputations: int


def pool_samples(samples: Sequence[Sample], table: ParameterTable) -> PooledSample:
    """Pool the moments of imputed data sets by Rubin's rules.

    Parameters
    ----------
    samples : sequence of Sample
        Of each imputation, all of the same respondents, without missing answers.
    table : ParameterTable
        The model, with a mean structure; its predictors are free or, with ordinal outcomes,
        given.

    Returns
    -------
    PooledSample

    Raises
    ------
    StatisticsError
        If there are fewer than two imputations.

    Notes
    -----
    With moments s_i and their covariance matrices W_i of m imputations, the pooled moments are
    the mean of s_i, and their covariance matrix is the mean of W_i plus (1 + 1/m) times the
    covariance matrix of the s_i between imputations. Fitting the model once to these gives
    estimates, standard errors and a corrected test that know what is missing [1]_ [2]_: no test
    statistics have to be pooled.

    References
    ----------
    .. [1] Lee, T., & Cai, L. (2012). Alternative multiple imputation inference for mean and
       covariance structure modeling. Journal of Educational and Behavioral Statistics, 37,
       675-702. https://doi.org/10.3102/1076998612458320
    .. [2] Chung, S., & Cai, L. (2019). Alternative multiple imputation inference for
       categorical structural equation modeling. Multivariate Behavioral Research, 54, 323-337.
       https://doi.org/10.1080/00273171.2018.1523000

    Examples
    --------
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_rows
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> table = build_table(parse_model("x ~~ y"), "xy", Specification(mean_structure=True))
    >>> rows = np.random.default_rng(1).normal(size=(50, 2))
    >>> samples = [sample_of_rows([np.vstack([rows, [[0, y]]])]) for y in (-1.0, 0.0, 1.0)]
    >>> pooled = pool_samples(samples, table)
    >>> pooled.sample.groups[0].gamma.shape, bool(pooled.share_missing[0] == 0)
    ((5, 5), True)
    """
    if len(samples) < 2:
        raise StatisticsError("Pooling needs at least 2 imputations.", received=len(samples))
    groups, shares = [], []
    for index in range(table.n_groups):
        structure = find_places(table, index)
        group, share = _pooled([sample.groups[index] for sample in samples], structure)
        groups.append(group)
        shares.append(share)
    return PooledSample(
        sample=Sample(groups=tuple(groups)),
        share_missing=frozen(np.concatenate(shares)),
        n_imputations=len(samples),
    )


def _pooled(given: Sequence[GroupSample], structure: Structure) -> tuple[GroupSample, Floats]:
    """Pool one group, and say which share of its moments' variance is due to imputing."""
    first, m = given[0], len(given)
    moments = np.array([sample_moments(structure, group) for group in given])
    within = np.mean([moment_gamma(group, structure) for group in given], axis=0)
    between = first.n * (1 + 1 / m) * np.cov(moments.T)
    total = within + between
    cov = np.mean([group.cov for group in given], axis=0)
    mean = np.mean([group.mean for group in given], axis=0)
    slopes = [group.slopes for group in given if group.slopes is not None]
    is_continuous = first.patterns is not None
    pooled = replace(
        first,
        cov=frozen(cov),
        mean=frozen(mean),
        thresholds=frozen(np.mean([group.thresholds for group in given], axis=0)),
        slopes=frozen(np.mean(slopes, axis=0)) if slopes else None,
        patterns=patterns_of_moments(cov, mean, first.n) if is_continuous else None,
        rows=None,
        gamma=frozen(total),
        weights=None,
    )
    return pooled, np.diag(between) / np.diag(total)
