"""Fit factor and structural models to a survey."""

from __future__ import annotations

from typing import TypeVar, Unpack

from campaign_effect.analyses.sem.evidence import (
    correlation_rows,
    explained_rows,
    fit_row,
    modification_rows,
    reliability_rows,
    residual_rows,
)
from campaign_effect.analyses.sem.fitting import FittedFactors, Source, fit_model
from campaign_effect.analyses.sem.parameters import loading_rows, parameter_rows
from campaign_effect.analyses.sem.remarks import remarks
from campaign_effect.analyses.sem.rows import ConfirmatoryResult, StructuralResult
from campaign_effect.analyses.sem.settings import FactorSettings, Missing, MoreSettings

AnyFactorResult = TypeVar("AnyFactorResult", bound=ConfirmatoryResult)


def confirm_factors(  # noqa: PLR0913  # names that others rely on
    survey: Source,
    model: str | None = None,
    *,
    estimator: str = "WLSMV",
    std_lv: bool = False,
    group: str | None = None,
    missing: Missing = "listwise",
    cluster: str | None = None,
    **more: Unpack[MoreSettings],
) -> ConfirmatoryResult:
    """Fit a confirmatory factor model.

    Parameters
    ----------
    survey : Survey, DataFrame or Moments
        A data frame is read without a schema. Summary statistics need ML, GLS or ULS.
    model : str, optional
        In lavaan's syntax: ``trust =~ t1 + t2 + t3``. By default every construct of the schema
        is measured by its items.
    estimator : str, default "WLSMV"
        For ordered answers WLSMV, WLSM, DWLS, ULSMV; for numbers ML, MLR, MLM, GLS, ULS.
    std_lv : bool, default False
        Scale factors by unit variances instead of their first loadings.
    group : str, optional
        Column of the groups; the model is fitted to all at once.
    missing : {"listwise", "pairwise", "fiml"} or Imputation, default "listwise"
        Leave incomplete respondents out; use the pairs they answered, which assumes that
        answers are missing completely at random; use all by full information (ML, MLR); or
        impute what is missing, each group by itself, and fit the model to the pooled moments
        (``Imputation(m=20)``) [3]_ [4]_.
    cluster : str, optional
        Column of the villages. Where they outnumber the parameters of ML or MLR, standard
        errors and test are cluster-robust; else loadings and paths get standard errors and
        intervals from resamples of whole villages, and a notice says so.
    **more
        ``ordered``, ``parameterization``, ``equal``, ``free``, ``orthogonal``,
        ``mean_structure``, ``weights``, ``bootstrap``, ``level``: see ``FactorSettings``.

    Returns
    -------
    ConfirmatoryResult
        Parts ``loadings``, ``parameters``, ``fit`` (one row), ``modification``,
        ``correlations``, ``residuals``, ``r2`` and ``reliability``. Trouble with the solution
        (not converged, Heywood cases, not identified) is a notice.

    Raises
    ------
    FormulaError
        If the model cannot be read, names an unknown variable, measures a factor by one item
        or is a circle; the message shows the line and the place.
    UsageError, MissingColumnsError
        If the settings name something that does not exist, or do not fit together.
    StatisticsError
        If the answers do not allow the model: fewer respondents or moments than parameters,
        covariances that are not positive definite, a category that a group lacks.

    References
    ----------
    .. [1] Muthén, B., du Toit, S. H. C., & Spisic, D. (1997). Robust inference using weighted
       least squares and quadratic estimating equations in latent variable modeling with
       categorical and continuous outcomes. Unpublished technical report.
    .. [2] Rosseel, Y. (2012). lavaan: An R package for structural equation modeling. Journal of
       Statistical Software, 48(2), 1-36. https://doi.org/10.18637/jss.v048.i02
    .. [3] Lee, T., & Cai, L. (2012). Alternative multiple imputation inference for mean and
       covariance structure modeling. Journal of Educational and Behavioral Statistics, 37,
       675-702. https://doi.org/10.3102/1076998612458320
    .. [4] Chung, S., & Cai, L. (2019). Alternative multiple imputation inference for
       categorical structural equation modeling. Multivariate Behavioral Research, 54, 323-337.
       https://doi.org/10.1080/00273171.2018.1523000

    Examples
    --------
    >>> from campaign_effect.analyses.sem.summaries import Moments
    >>> given = Moments(names=["a", "b", "c", "d"], n=200, cor=[[1, 0, 0, 0], [.5, 1, 0, 0],
    ...     [.5, .5, 1, 0], [.5, .5, .5, 1]], sd=[1, 1, 1, 1])
    >>> result = confirm_factors(given, "f =~ a + b + c + d", estimator="ML", std_lv=True)
    >>> result.tidy("loadings")["std_all"].round(3).tolist()
    [0.707, 0.707, 0.707, 0.707]
    """
    settings = FactorSettings(
        estimator=estimator,
        std_lv=std_lv,
        group=group,
        missing=missing,
        cluster=cluster,
        **more,
    )
    return described(ConfirmatoryResult, fit_model(survey, model, settings))


def fit_sem(  # noqa: PLR0913  # names that others rely on
    survey: Source,
    model: str,
    *,
    estimator: str = "WLSMV",
    std_lv: bool = False,
    group: str | None = None,
    missing: Missing = "listwise",
    cluster: str | None = None,
    **more: Unpack[MoreSettings],
) -> StructuralResult:
    """Fit a structural model: factors, observed variables, and paths between them.

    Parameters
    ----------
    survey, estimator, std_lv, group, missing, cluster, **more
        See ``confirm_factors``.
    model : str
        In lavaan's syntax. A construct of the schema that the model uses and does not define
        is measured by its items: ``voted ~ b*trust; trust ~ a*whatsapp; indirect := a*b``.
        Binary and ordered outcomes are probit regressions under WLSMV, and everything is
        conditional on predictors (``trust ~ age + sex``): nothing is assumed of how they are
        distributed, so that dummies are as good as numbers. A predictor that is named in
        ``ordered`` is modelled jointly with the rest instead, as a latent normal response.

    Returns
    -------
    StructuralResult
        As ``confirm_factors`` gives; paths and ``:=`` stand in ``parameters``.

    Raises
    ------
    FormulaError, UsageError, MissingColumnsError, StatisticsError
        See ``confirm_factors``.

    Examples
    --------
    >>> from campaign_effect.analyses.sem.summaries import Moments
    >>> given = Moments(names=["x", "m", "y"], n=100, cov=[[1, 0, 0], [.5, 1, 0], [.3, .5, 1]])
    >>> model = "m ~ a*x; y ~ b*m; indirect := a*b"
    >>> result = fit_sem(given, model, estimator="ML")
    >>> result.tidy("parameters").query("op == ':='")["estimate"].round(3).tolist()
    [0.25]
    """
    settings = FactorSettings(
        estimator=estimator,
        std_lv=std_lv,
        group=group,
        missing=missing,
        cluster=cluster,
        **more,
    )
    return described(StructuralResult, fit_model(survey, model, settings))


def described(kind: type[AnyFactorResult], fitted: FittedFactors) -> AnyFactorResult:
    """Gather everything that is said of a fitted model."""
    parameters = parameter_rows(fitted)
    return kind(
        loadings=loading_rows(parameters),
        parameters=parameters,
        fit=(fit_row(fitted),),
        modification=modification_rows(fitted),
        correlations=correlation_rows(fitted, parameters),
        residuals=residual_rows(fitted),
        r2=explained_rows(fitted),
        reliability=reliability_rows(fitted),
        fitted=fitted,
        level=fitted.settings.level,
        samples=tuple((part, fitted.sample) for part in kind.row_types()),
        notices=remarks(fitted),
        glossary=fitted.glossary,
    )
