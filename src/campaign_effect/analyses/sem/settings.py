"""How a model is fitted, as a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict

from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.inference import check_level
from campaign_effect.analyses.resampling import Bootstrap
from campaign_effect.errors import UsageError, nearest_word
from campaign_effect.schema.model import Schema
from campaign_effect.stats.sem.estimators import Estimator, find_estimator

MOST_CATEGORIES: Final = 7
"""With more, an ordered answer is as good as a number."""

VILLAGE_BOOTSTRAP: Final = Bootstrap(reps=200)
"""Where clusters are too few for a robust covariance, and no bootstrap was asked for."""

Missing = Literal["listwise", "pairwise", "fiml"] | Imputation
Parameterization = Literal["delta", "theta"]


class MoreSettings(TypedDict, total=False):
    """Settings that are seldom changed; see ``FactorSettings``."""

    ordered: Sequence[str] | None
    parameterization: Parameterization
    equal: Sequence[str]
    free: Sequence[str]
    orthogonal: bool
    mean_structure: bool
    weights: str | bool
    bootstrap: Bootstrap | None
    village_bootstrap: Bootstrap
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSettings:
    """Everything that is chosen besides the model.

    Attributes
    ----------
    estimator : str
        ML, MLM, MLMV, MLR, GLS, ULS for numbers; WLSMV, WLSM, DWLS, ULSMV, ULSM, WLS for
        ordered answers, with numbers among them.
    std_lv : bool
        Scale factors by unit variances instead of their first loadings.
    group : str, optional
        Column of the groups.
    missing : {"listwise", "pairwise", "fiml"} or Imputation
        Leave incomplete respondents out; use the pairs they answered (ordered answers); use
        all they answered by full information (ML, MLR); or impute what is missing, each group
        by itself, and fit the model to the pooled moments (the WLSMV family; ML and MLR become
        MLM).
    cluster : str, optional
        Column of the villages.
    ordered : sequence of str, optional
        Variables to be taken as ordered categories. By default, with an estimator for ordered
        answers, everything with at most seven values that is not just a predictor: the model is
        given its predictors as numbers.
    parameterization : {"delta", "theta"}
        Whether total or residual variances of ordered variables are fixed at 1.
    equal, free : sequence of str
        What is equal across groups (``loadings``, ``intercepts``, ``thresholds``, ...), and
        parameters that are not, as ``"f=~x1"``.
    orthogonal : bool
        Fix covariances of factors at 0.
    mean_structure : bool
        Model the means, even where nothing needs them.
    weights : str or bool
        Column of sampling weights; by default the schema's, if it names one. The model is then
        that of the weighted population. ML becomes MLR; of least squares only the robust
        estimators (WLSMV, WLSM, ULSMV, ...) take them, and ordered answers. False takes none.
    bootstrap : Bootstrap, optional
        Standard errors and percentile intervals from resamples of respondents, or of villages
        where there is a cluster.
    village_bootstrap : Bootstrap
        How villages are resampled that are too few for a robust covariance, where no bootstrap
        was asked for.
    level : float
        Coverage of intervals.
    """

    estimator: str
    std_lv: bool = False
    group: str | None = None
    missing: Missing = "listwise"
    cluster: str | None = None
    ordered: Sequence[str] | None = None
    parameterization: Parameterization = "delta"
    equal: Sequence[str] = ()
    free: Sequence[str] = ()
    orthogonal: bool = False
    mean_structure: bool = False
    weights: str | bool = True
    bootstrap: Bootstrap | None = None
    village_bootstrap: Bootstrap = VILLAGE_BOOTSTRAP
    level: float = 0.95

    def __post_init__(self) -> None:
        find_estimator(self.estimator)
        if not isinstance(self.missing, Imputation):
            _one_of("missing", self.missing, ("listwise", "pairwise", "fiml"))
        _one_of("parameterization", self.parameterization, ("delta", "theta"))
        check_level(self.level)
        if self.missing == "fiml" and self.estimator not in ("ML", "MLR"):
            raise UsageError(
                f"{self.estimator} does not take missing='fiml'.",
                hint="use estimator='MLR', or missing='listwise'.",
            )
        if self.missing == "pairwise" and not self.takes_categories:
            raise UsageError(
                f"{self.estimator} does not take missing='pairwise'.",
                hint="use missing='fiml' with MLR; pairs are for ordered answers.",
            )
        if isinstance(self.missing, Imputation):
            self._settle_imputation()
        else:
            self._settle_weights()

    def _settle_weights(self) -> None:
        """Weighted answers need errors that are robust to the weights."""
        if not isinstance(self.weights, str):
            return
        if self.estimator == "ML":
            object.__setattr__(self, "estimator", "MLR")
        is_for_categories = self.takes_categories and self.method.covariance == "moments"
        if self.estimator != "MLR" and not is_for_categories:
            raise UsageError(
                f"{self.estimator} does not take weights.",
                received=f"weights {self.weights!r}",
                hint="use MLR for numbers, WLSMV for ordered answers; weights=False fits "
                "without them.",
            )

    def _settle_imputation(self) -> None:
        """Pooled moments need errors that come from the moments' variation."""
        if self.estimator in ("ML", "MLR"):
            object.__setattr__(self, "estimator", "MLM")
        if self.cluster is not None or self.bootstrap is not None:
            raise UsageError(
                "Imputed answers are not resampled.",
                received=f"cluster={self.cluster!r}, bootstrap={self.bootstrap!r}",
                hint="leave them out: the villages of the schema are in the imputation model; "
                "or use missing='pairwise' or 'fiml' with them.",
            )
        if isinstance(self.weights, str) and not self.takes_categories:
            raise UsageError(
                "Weighted numbers are not imputed.",
                received=f"weights={self.weights!r}",
                hint="use estimator='MLR' with missing='fiml', or weights=False.",
            )
        if self.method.covariance != "moments":
            raise UsageError(
                f"{self.estimator} does not take imputations.",
                hint="use WLSMV for ordered answers, ML for numbers.",
            )

    def of(self, schema: Schema) -> FactorSettings:
        """Take the schema's weights, if none are named or refused."""
        if self.weights is not True:
            return self
        return replace(self, weights=schema.roles.weight or False)

    @property
    def method(self) -> Estimator:
        """The estimator's parts."""
        return find_estimator(self.estimator)

    @property
    def takes_categories(self) -> bool:
        """Whether the estimator is one for ordered answers, or some were named."""
        is_for_them = self.method.measure == "dwls" or self.estimator.startswith("ULSM")
        return is_for_them or bool(self.ordered)


def _one_of(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        near = nearest_word(str(value), choices)
        raise UsageError(
            f"{option} cannot be {value!r}.",
            hint=f"did you mean {near!r}?" if near else f"choose one of {list(choices)}.",
        )
