"""Choices of a model whose answers are alike within clusters. Small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from campaign_effect.analyses.effects.formulas import Design
from campaign_effect.analyses.effects.model import ModelChoice
from campaign_effect.errors import UsageError
from campaign_effect.stats.models.gee import GeeFit, WorkingCorrelation, fit_gee
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT, Link
from campaign_effect.stats.models.random_intercept import (
    RandomInterceptFit,
    fit_random_intercept,
)
from campaign_effect.stats.models.separation import Separation, find_separation
from campaign_effect.stats.moments.arrays import Floats, Integers

LINKS: Final[dict[str, Link]] = {link.name: link for link in (LOGIT, IDENTITY, PROBIT)}


@dataclass(frozen=True, slots=True)
class RandomIntercept(ModelChoice):
    """Logit whose intercept varies between clusters, by adaptive quadrature.

    To be reported beside clustered standard errors, never as the rescue for few villages.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    n_nodes : int, default 25
        Quadrature nodes, at least 7.
    """

    name: ClassVar[str] = "random_intercept"
    has_odds: ClassVar[bool] = True
    has_own_tests: ClassVar[bool] = True
    cluster: str
    n_nodes: int = 25

    @property
    def cluster_column(self) -> str | None:
        """The column of the clusters that the model itself needs."""
        return self.cluster

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly."""
        return find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> RandomInterceptFit:
        """Fit the model to a design, an outcome and the clusters."""
        if codes is None:
            raise TypeError("A random intercept needs the clusters.")
        return fit_random_intercept(design.X, y, codes, n_nodes=self.n_nodes)


@dataclass(frozen=True, slots=True)
class Gee(ModelChoice):
    """Generalised estimating equations, answers of a cluster being alike.

    *B* is of the average over clusters: a log odds ratio (logit), a difference in probability
    (identity: the linear probability model) or in standard deviations of the latent variable
    (probit). Tests are by CR2 unless another clustered covariance is chosen.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    correlation : "exchangeable" or "independence", default "exchangeable"
        How answers of a cluster are taken to be correlated. The estimates are consistent
        whether or not it is right.
    link : "logit", "identity" or "probit", default "logit"
        What of the probability is linear in the terms.
    """

    cluster: str
    correlation: str = "exchangeable"
    link: str = "logit"

    def __post_init__(self) -> None:
        if self.correlation not in list(WorkingCorrelation):
            raise UsageError(
                f"The working correlation {self.correlation!r} is not known.",
                hint="use 'exchangeable' or 'independence'.",
            )
        if self.link not in LINKS:
            raise UsageError(
                f"The link {self.link!r} of estimating equations is not known.",
                hint="use 'logit', 'identity' or 'probit'.",
            )

    @property
    def name(self) -> str:
        """The id of its words."""
        return "gee" if self.has_odds else f"gee_{self.link}"

    @property
    def has_odds(self) -> bool:
        """Whether *B* is a log odds ratio."""
        return self.link == LOGIT.name

    @property
    def cluster_column(self) -> str | None:
        """The column of the clusters that the model itself needs."""
        return self.cluster

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly, where it matters."""
        return None if self.link == IDENTITY.name else find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> GeeFit:
        """Fit the model to a design, an outcome and the clusters."""
        if codes is None:
            raise TypeError("Estimating equations need the clusters.")
        correlation = WorkingCorrelation(self.correlation)
        return fit_gee(design.X, y, codes, correlation=correlation, link=LINKS[self.link])
