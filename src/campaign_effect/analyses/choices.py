"""Choices with parts: which model, and which covariance. Small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.stats.models.covariance import (
    Covariance,
    Cr,
    Hc,
    classic_covariance,
    cr_covariance,
    hc_covariance,
)
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.moments.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class Ols:
    """Linear regression by least squares; *B* is in units of the outcome."""

    name: ClassVar[str] = "ols"
    is_binary: ClassVar[bool] = False
    has_odds: ClassVar[bool] = False

    def fit(self, X: Floats, y: Floats) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_ols(X, y)


@dataclass(frozen=True, slots=True)
class Lpm(Ols):
    """Linear probability model: least squares on an outcome of 0 and 1."""

    name: ClassVar[str] = "lpm"
    is_binary: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Logit:
    """Logistic regression of an outcome of 0 and 1; *B* is a log odds ratio."""

    name: ClassVar[str] = "logit"
    is_binary: ClassVar[bool] = True
    has_odds: ClassVar[bool] = True

    def fit(self, X: Floats, y: Floats) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_logit(X, y)


Model = Ols | Lpm | Logit


@dataclass(frozen=True, slots=True)
class Classic:
    """The covariance the model's own assumptions give."""

    name: ClassVar[str] = "classic"
    cluster: ClassVar[None] = None

    def estimate(self, fit: Fit, codes: Integers | None) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return classic_covariance(fit)


@dataclass(frozen=True, slots=True)
class _Hc:
    """A covariance that allows every answer its own variance."""

    name: ClassVar[str]
    cluster: ClassVar[None] = None

    def estimate(self, fit: Fit, codes: Integers | None) -> Covariance:
        """Estimate the covariance of the coefficients."""
        return hc_covariance(fit, Hc(self.name))


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
class _Cr:
    """A covariance that allows answers of one cluster to be alike.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    """

    name: ClassVar[str]
    cluster: str

    def estimate(self, fit: Fit, codes: Integers | None) -> Covariance:
        """Estimate the covariance of the coefficients."""
        if codes is None:
            raise TypeError("A clustered covariance needs the clusters.")
        return cr_covariance(fit, codes, Cr(self.name))


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


Vcov = Classic | HC0 | HC1 | HC2 | HC3 | CR0 | CR1 | CR2
