"""Choices of a covariance. Small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.estimates import (
    AnyFit,
    classic_of,
    jackknifed_of,
    robust_of,
    two_way_of,
    weighted_of,
)
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.stats.covariances.clustered import clustered_covariance
from campaign_effect.stats.covariances.covariance import Covariance, Cr, Hc
from campaign_effect.stats.design import replicates as kernel_of_replicates
from campaign_effect.stats.design import survey_design as kernel
from campaign_effect.stats.design.model_covariance import (
    linearised_covariance,
    replicated_covariance,
)
from campaign_effect.stats.moments.arrays import Floats, Integers

DRAWN: Final = "(sampling units drawn)"
"""The column of complete answers that counts the units of their stratum, lost ones too."""


@dataclass(frozen=True, slots=True)
class _Vcov:
    """What a choice of covariance says of itself, unless it says otherwise."""

    name: ClassVar[str]
    needs_weights: ClassVar[bool] = False  # a model fitted with weights, be they all 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the survey that it needs."""
        return ()

    @property
    def weight_column(self) -> str | None:
        """The column of the weights, where the choice names one."""
        return None

    def groups(self, answers: pd.DataFrame) -> tuple[Integers, ...]:
        """Give the groups within which answers may be alike, once for each way."""
        return ()

    def drawn_units(self, answers: pd.DataFrame) -> pd.Series | None:
        """Count the sampling units of each respondent's stratum, where the choice needs it."""
        return None


@dataclass(frozen=True, slots=True)
class Classic(_Vcov):
    """The covariance the model's own assumptions give."""

    name: ClassVar[str] = "classic"
    cluster: ClassVar[None] = None

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return classic_of(fit)


@dataclass(frozen=True, slots=True)
class _Hc(_Vcov):
    """A covariance that allows every answer its own variance."""

    name: ClassVar[str]
    cluster: ClassVar[None] = None

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return robust_of(fit, Hc(self.name))


@dataclass(frozen=True, slots=True)
class HC0(_Hc):
    """White's covariance, without small-sample correction."""

    name: ClassVar[str] = "HC0"


@dataclass(frozen=True, slots=True)
class HC1(_Hc):
    """HC0 times n/(n - p)."""

    name: ClassVar[str] = "HC1"


@dataclass(frozen=True, slots=True)
class HC2(_Hc):
    """Squared residuals over 1 - leverage."""

    name: ClassVar[str] = "HC2"


@dataclass(frozen=True, slots=True)
class HC3(_Hc):
    """Squared residuals over (1 - leverage)²; near the jackknife."""

    name: ClassVar[str] = "HC3"


@dataclass(frozen=True, slots=True)
class _Cr(_Vcov):
    """A covariance that allows answers of one cluster to be alike.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    """

    name: ClassVar[str]
    cluster: str

    def __post_init__(self) -> None:
        if not isinstance(self.cluster, str):
            raise UsageError(
                f"{type(self).__name__} needs the column that names the cluster.",
                received=f"cluster={self.cluster!r}",
                hint=f'write ce.{type(self).__name__}(cluster="village").',
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the survey that it needs."""
        return (self.cluster,)

    def groups(self, answers: pd.DataFrame) -> tuple[Integers, ...]:
        """Give the clusters."""
        return (codes_of(answers[self.cluster]),)

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return clustered_covariance(fit, codes_of(answers[self.cluster]), Cr(self.name))


@dataclass(frozen=True, slots=True)
class CR0(_Cr):
    """The plain cluster-robust covariance; too small with few villages."""

    name: ClassVar[str] = "CR0"


@dataclass(frozen=True, slots=True)
class CR1(_Cr):
    """CR0 times G/(G - 1) · (n - 1)/(n - p); too small with few villages."""

    name: ClassVar[str] = "CR1"


@dataclass(frozen=True, slots=True)
class CR2(_Cr):
    """Bias-reduced, with Satterthwaite's degrees of freedom: right with few villages."""

    name: ClassVar[str] = "CR2"


@dataclass(frozen=True, slots=True)
class CV3(_Cr):
    """The cluster jackknife; with G - 1 degrees of freedom it errs on the careful side."""

    name: ClassVar[str] = "CV3"

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return jackknifed_of(fit, codes_of(answers[self.cluster]))


@dataclass(frozen=True, slots=True)
class TwoWay(_Vcov):
    """CR1 that allows answers to be alike within either of two clusters.

    Tests are by *t* with the smaller number of clusters less 1 degrees of freedom. Like CR1
    it is too small with few clusters, either way.

    Attributes
    ----------
    cluster, second : str
        The columns of the clusters, as village and interviewer.
    """

    name: ClassVar[str] = "two_way"
    cluster: str
    second: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the survey that it needs."""
        return (self.cluster, self.second)

    def groups(self, answers: pd.DataFrame) -> tuple[Integers, ...]:
        """Give the clusters of both ways."""
        return tuple(codes_of(answers[name]) for name in self.columns)

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return two_way_of(fit, *self.groups(answers)).covariance


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDesign(_Vcov):
    """How respondents were drawn: the linearised covariance of a survey, as R's `svyglm`.

    Degrees of freedom are sampling units less strata less terms (the intercept apart). Who
    left an answer out still counts as drawn: the complete answers are a domain of the sample.
    A stratum with one unit is compared with the mean of all units, which errs on the careful
    side. With few units CR2 is safer.

    Attributes
    ----------
    weights : str, optional
        The column of probability weights; by default those of `fit_effect`.
    strata : str, optional
        The column of the strata; by default there are none.
    cluster : str, optional
        The column of the first-stage sampling units (villages), numbered within strata or
        throughout; by default every respondent was drawn by himself.
    fpc : str, optional
        The column with the number of sampling units in the population of the stratum; by
        default the population is endless.
    """

    name: ClassVar[str] = "design"
    needs_weights: ClassVar[bool] = True
    weights: str | None = None
    strata: str | None = None
    cluster: str | None = None
    fpc: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the survey that it needs."""
        return tuple(name for name in (self.strata, self.cluster, self.fpc) if name)

    @property
    def weight_column(self) -> str | None:
        """The column of the weights."""
        return self.weights

    def groups(self, answers: pd.DataFrame) -> tuple[Integers, ...]:
        """Give the sampling units."""
        if self.cluster is None:
            return ()
        if self.strata is None:
            return (codes_of(answers[self.cluster]),)
        pairs = np.column_stack([codes_of(answers[n]) for n in (self.strata, self.cluster)])
        return (np.unique(pairs, axis=0, return_inverse=True)[1].ravel(),)

    def drawn_units(self, answers: pd.DataFrame) -> pd.Series | None:
        """Count the sampling units of each respondent's stratum."""
        strata = pd.Series(0, answers.index) if self.strata is None else answers[self.strata]
        unit = pd.Series(answers.index, answers.index)
        if self.cluster is not None:
            unit = answers[self.cluster]
        return unit.groupby(strata, observed=True).transform("nunique")

    def describe(self, weights: Floats, answers: pd.DataFrame) -> kernel.SurveyDesign:
        """Describe how the complete answers were drawn."""
        units = self.groups(answers)
        drawn = answers[DRAWN].to_numpy(dtype=np.int64) if DRAWN in answers else None
        return kernel.survey_design(
            weights,
            strata=None if self.strata is None else codes_of(answers[self.strata]),
            psu=units[0] if units else None,
            population=None if self.fpc is None else numbers_of(answers, self.fpc),
            drawn=drawn,
            lonely=kernel.Lonely.ADJUST,
        )

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        weighted = weighted_of(fit)
        return linearised_covariance(weighted, self.describe(weighted.weights, answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateWeights(_Vcov):
    """The covariance by replicate weights, which come with the data.

    The model is fitted again with each replicate; squared deviations from the estimate itself
    are summed, each times its scale. Degrees of freedom are the rank of the replicate weights
    less 1 less terms (the intercept apart), as R's `svyglm` and `svyolr`.

    Attributes
    ----------
    weights : str
        The column of probability weights.
    replicates : tuple of str
        The columns of replicate weights, the probability weights among them; 0 leaves a
        respondent out.
    scale : float or tuple of float
        What a squared deviation counts: 1/R for balanced halves (BRR) and the bootstrap with R
        replicates, 1/(R (1 - k)²) for Fay's halves that keep a share k, (R - 1)/R for the
        jackknife that leaves out one of R units (JK1); one for each replicate where strata
        differ (JKn).
    """

    name: ClassVar[str] = "replicates"
    needs_weights: ClassVar[bool] = True
    cluster: ClassVar[None] = None
    weights: str
    replicates: tuple[str, ...]
    scale: float | tuple[float, ...]

    def __post_init__(self) -> None:
        if isinstance(self.replicates, str) or len(self.replicates) < 2:
            raise UsageError(
                "A covariance by replicate weights needs at least two of them.",
                received=self.replicates,
            )
        scales = np.atleast_1d(self.scale)
        if len(scales) not in {1, len(self.replicates)} or not np.all(scales > 0):
            raise UsageError(
                "A scale is one positive number, or one for each replicate.",
                received=f"{len(scales)} scales, {len(self.replicates)} replicates",
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the survey that it needs."""
        return self.replicates

    @property
    def weight_column(self) -> str | None:
        """The column of the weights."""
        return self.weights

    def describe(self, answers: pd.DataFrame) -> kernel_of_replicates.ReplicateWeights:
        """Take the replicate weights of the complete answers.

        Raises
        ------
        SurveyError
            If one is negative.
        """
        values = np.column_stack([numbers_of(answers, name) for name in self.replicates])
        if not np.all(values >= 0):
            raise SurveyError(
                "Replicate weights must not be negative.",
                received=f"{int(np.sum(values < 0))} negative weights",
                hint="check the columns, or leave these respondents out.",
            )
        scales = np.broadcast_to(np.asarray(self.scale, dtype=float), len(self.replicates))
        return kernel_of_replicates.ReplicateWeights(values=values, scales=scales)

    def estimate(self, fit: AnyFit, answers: pd.DataFrame) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return replicated_covariance(weighted_of(fit), self.describe(answers))


Vcov = (
    Classic
    | HC0
    | HC1
    | HC2
    | HC3
    | CR0
    | CR1
    | CR2
    | CV3
    | TwoWay
    | SurveyDesign
    | ReplicateWeights
)


def codes_of(column: pd.Series) -> Integers:
    """Give the values of a column numbers, in the order in which they occur."""
    return np.asarray(pd.factorize(column)[0])


def numbers_of(answers: pd.DataFrame, name: str) -> Floats:
    """Take a column as numbers.

    Raises
    ------
    SurveyError
        If it holds words.
    """
    if not pd.api.types.is_numeric_dtype(answers[name]):
        raise SurveyError(
            f"{name!r} must hold numbers: weights, or a count of sampling units.",
            received=f"values like {answers[name].iloc[0]!r}",
        )
    return answers[name].to_numpy(dtype=float)
