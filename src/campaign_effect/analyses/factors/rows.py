"""What an exploratory factor analysis finds, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import pandas as pd

from campaign_effect.errors import UsageError
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Kind,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
    Word,
)
from campaign_effect.stats.items.factor_scores import ScoreMethod, score_weights
from campaign_effect.stats.moments.arrays import Floats

Factor = Annotated[int, Kind.COUNT]
"""The number of a factor, from 1: the one that explains most."""

SCORE_METHODS = ("regression", "bartlett", "tenberge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adequacy(Row):
    """Kaiser, Meyer and Olkin's measure of an item; of all with Bartlett's test.

    Attributes
    ----------
    item
        None for all items together.
    statistic, df, p_value
        Bartlett's test that no items correlate; of all items only.
    """

    item: Name | None
    kmo: Bounded
    statistic: Number | None
    df: Df | None
    p_value: PValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eigenvalue(Row):
    """One eigenvalue beside those of unrelated items, and what other criteria say there.

    Attributes
    ----------
    place
        1 for the largest.
    component, component_mean, component_quantile
        Of the correlations: observed, and the mean and 95% quantile over the draws.
    factor, factor_mean, factor_quantile
        The same with communalities on the diagonal.
    map
        Average squared partial correlation after so many components.
    acceleration
        Second difference of the eigenvalues there.
    """

    place: Count
    component: Number
    component_mean: Number
    component_quantile: Number
    factor: Number
    factor_mean: Number
    factor_quantile: Number
    map: Number | None
    acceleration: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedFactors(Row):
    """How many factors a criterion asks for."""

    criterion: Word
    n_factors: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading(Row):
    """How an item loads on a factor; items by their strongest factor, then by its size.

    Attributes
    ----------
    estimate
        Pattern coefficient, with bootstrap bounds where asked.
    communality, uniqueness, complexity
        Of the item: the same on each of its rows.
    """

    item: Name
    factor: Factor
    estimate: Bounded
    conf_low: Bounded | None
    conf_high: Bounded | None
    communality: Bounded
    uniqueness: Bounded
    complexity: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorVariance(Row):
    """What a factor explains.

    Attributes
    ----------
    variance
        Sum of squared loadings, in items.
    share, cumulative
        Of the variance of all items.
    score_validity
        Correlation of its regression scores with the factor.
    """

    factor: Factor
    variance: Number
    share: Proportion
    cumulative: Proportion
    score_validity: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCorrelation(Row):
    """The correlation of two factors; every pair stands both ways."""

    factor_1: Factor
    factor_2: Factor
    estimate: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploratoryFit(Row):
    """How well the factors reproduce the correlations."""

    n: Count
    k: Count
    n_factors: Count
    statistic: Number
    df: Df
    p_value: PValue | None
    rmsea: Bounded | None
    rmsea_low: Bounded | None
    rmsea_high: Bounded | None
    tli: Bounded | None
    bic: Number
    rmsr: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSolution:
    """The arrays of a solution, for scores and figures.

    Attributes
    ----------
    items : tuple of str
        In the order they were given.
    correlations : ndarray, shape (k, k)
    loadings : ndarray, shape (k, m)
        Pattern.
    phi : ndarray, shape (m, m)
        Correlations of the factors.
    criterion : float
        What the rotation minimised.
    means, deviations : ndarray, shape (k,)
        Of the items.
    answers : DataFrame
        Of the survey.
    """

    items: tuple[str, ...]
    correlations: Floats = field(compare=False, repr=False)
    loadings: Floats = field(compare=False, repr=False)
    phi: Floats = field(compare=False, repr=False)
    criterion: float
    means: Floats = field(compare=False, repr=False)
    deviations: Floats = field(compare=False, repr=False)
    answers: pd.DataFrame = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResult(Result):
    """Whether items have common factors, how many, and which items go together."""

    name: ClassVar[str] = "factors"
    adequacy: tuple[Adequacy, ...]
    eigenvalues: tuple[Eigenvalue, ...]
    suggestions: tuple[SuggestedFactors, ...]
    loadings: tuple[Loading, ...]
    factors: tuple[FactorVariance, ...]
    factor_correlations: tuple[FactorCorrelation, ...]
    fit: tuple[ExploratoryFit, ...]
    extraction: str
    rotation: str
    basis: str
    n_draws: int
    solution: FactorSolution = field(repr=False)

    def scores(self, method: ScoreMethod = "regression") -> pd.DataFrame:
        """Score every respondent on the factors.

        Parameters
        ----------
        method : {"regression", "bartlett", "tenberge"}, default "regression"
            Regression scores vary least around the factors, Bartlett's are unbiased, ten
            Berge's correlate as the factors do.

        Returns
        -------
        DataFrame
            A row a respondent, a column a factor (``factor_1``, …), in standard deviations;
            NaN for who did not answer every item.

        Raises
        ------
        UsageError
            If there is no such method.
        """
        if method not in SCORE_METHODS:
            raise UsageError(
                f"There is no method {method!r} of factor scores.",
                hint=f"choose one of {list(SCORE_METHODS)}.",
            )
        s = self.solution
        weights = score_weights(s.correlations, s.loadings, phi=s.phi, method=method)
        X = s.answers[list(s.items)].to_numpy(dtype=float)
        names = [f"factor_{i + 1}" for i in range(s.loadings.shape[1])]
        Z = (X - s.means) / s.deviations
        return pd.DataFrame(Z @ weights, index=s.answers.index, columns=names)
