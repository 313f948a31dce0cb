"""The classical tests of a linear model's assumptions, for those who ask for them.

They describe; none of them chooses the standard errors. Rows stand for one answer each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import integrate, special, stats

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.diagnosis.fit_statistics import linear_statistics
from campaign_effect.stats.models.design_matrix import holds_constant
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats, frozen

EXACT_BELOW = 100  # answers: the exact distribution of Durbin and Watson's d, as R's lmtest
MOST_FOR_SHAPIRO = 5000  # Royston's approximation goes no further


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionTest:
    """A test of an assumption.

    Attributes
    ----------
    statistic, p_value : float
        A small p speaks against the assumption.
    df, df_residual : float or None
        Of a chi-square; of an *F*, both.
    """

    statistic: float
    p_value: float
    df: float | None = None
    df_residual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GlejserTest:
    """Absolute residuals regressed on the terms.

    Attributes
    ----------
    overall : AssumptionTest
        *F* of all terms.
    beta, std_error, p_value : ndarray, shape (p,)
        Of each term, by *t* with n - p degrees of freedom.
    """

    overall: AssumptionTest
    beta: Floats = field(compare=False)
    std_error: Floats = field(compare=False)
    p_value: Floats = field(compare=False)


def breusch_pagan(fit: Fit) -> AssumptionTest:
    """Test whether the residuals' variance depends on the terms.

    Parameters
    ----------
    fit : Fit
        From `fit_ols`, without counts. Residuals are regressed on its terms and an intercept.

    Returns
    -------
    AssumptionTest
        n R2 of the squared residuals, chi-square with p - 1 df.

    Raises
    ------
    StatisticsError
        If the model is not linear, or its rows have counts.
    NoVariationError
        If the residuals are all of one size.

    References
    ----------
    .. [1] Koenker, R. (1981). A note on studentizing a test for heteroscedasticity. Journal
       of Econometrics, 17, 107-112. https://doi.org/10.1016/0304-4076(81)90062-2

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> round(breusch_pagan(fit_ols(X, np.array([0.0, 1, 2, 4]))).statistic, 4)
    1.3953
    """
    _check(fit)
    found = linear_statistics(fit_ols(_with_constant(fit.X), fit.residual**2))
    df, statistic = found.df_model, fit.n * found.r2
    return AssumptionTest(
        statistic=statistic, p_value=float(special.chdtrc(df, statistic)), df=float(df)
    )


def glejser(fit: Fit) -> GlejserTest:
    """Test whether the residuals' size depends on each term.

    Parameters
    ----------
    fit : Fit
        From `fit_ols`, without counts. Residuals are regressed on its terms and an intercept.

    Returns
    -------
    GlejserTest
        Regression of the absolute residuals.

    Raises
    ------
    StatisticsError, NoVariationError
        As `breusch_pagan`.

    References
    ----------
    .. [1] Glejser, H. (1969). A new test for heteroskedasticity. Journal of the American
       Statistical Association, 64, 316-323.
       https://doi.org/10.1080/01621459.1969.10500976

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> glejser(fit_ols(X, np.array([0.0, 1, 2, 4]))).beta.round(3)
    array([0.16, 0.06])
    """
    _check(fit)
    refit = fit_ols(_with_constant(fit.X), np.abs(fit.residual))
    found = linear_statistics(refit)
    beta = refit.beta[-fit.p :]
    errors = np.sqrt(refit.dispersion * np.diag(refit.bread))[-fit.p :]
    return GlejserTest(
        overall=AssumptionTest(
            statistic=found.f,
            p_value=found.p_value,
            df=float(found.df_model),
            df_residual=float(found.df_residual),
        ),
        beta=frozen(beta),
        std_error=frozen(errors),
        p_value=frozen(np.asarray(2 * special.stdtr(refit.df, -np.abs(beta / errors)))),
    )


def _with_constant(X: Floats) -> Floats:
    """Give a regression of residuals the intercept that the model may lack."""
    return X if holds_constant(X) else np.column_stack([np.ones(len(X)), X])


def reset(fit: Fit) -> AssumptionTest:
    """Test whether squares and cubes of the fitted values would add to the model.

    Parameters
    ----------
    fit : Fit
        From `fit_ols`, without counts.

    Returns
    -------
    AssumptionTest
        *F* with 2 and n - p - 2 df.

    Raises
    ------
    StatisticsError
        If the model is not linear, or its rows have counts.
    DependentColumnsError
        If the fitted values take too few values to bend.

    References
    ----------
    .. [1] Ramsey, J. B. (1969). Tests for specification errors in classical linear
       least-squares regression analysis. Journal of the Royal Statistical Society B, 31,
       350-371. https://doi.org/10.1111/j.2517-6161.1969.tb00796.x

    Examples
    --------
    >>> X = np.column_stack([np.ones(8), np.arange(8.0)])
    >>> reset(fit_ols(X, np.exp(np.arange(8.0)))).p_value < 0.05
    True
    """
    _check(fit)
    fitted = (fit.mean - fit.mean.mean()) / fit.mean.std()
    wider = fit_ols(np.column_stack([fit.X, fitted**2, fitted**3]), fit.y)
    df, before = wider.df_residual, fit.dispersion * fit.df_residual
    statistic = float((before / (wider.dispersion * df) - 1) * df / 2)
    return AssumptionTest(
        statistic=statistic,
        p_value=float(special.fdtrc(2, df, statistic)),
        df=2.0,
        df_residual=float(df),
    )


def durbin_watson(fit: Fit) -> AssumptionTest:
    """Test whether residuals of successive rows are positively correlated.

    It means something only where the order of the rows does (time, or the interviewer's
    round).

    Parameters
    ----------
    fit : Fit
        From `fit_ols`, without counts.

    Returns
    -------
    AssumptionTest
        d, in [0, 4], 2 without correlation; one-sided p against d below 2.

    Raises
    ------
    StatisticsError
        If the model is not linear, or its rows have counts.

    Notes
    -----
    Below 100 answers p is exact, by Imhof's integral over the eigenvalues of the quadratic
    form [1]_; from there by a normal distribution with d's mean and variance, as in R's
    lmtest.

    References
    ----------
    .. [1] Imhof, J. P. (1961). Computing the distribution of quadratic forms in normal
       variables. Biometrika, 48, 419-426. https://doi.org/10.1093/biomet/48.3-4.419
    .. [2] Durbin, J., & Watson, G. S. (1951). Testing for serial correlation in least squares
       regression. II. Biometrika, 38, 159-178. https://doi.org/10.1093/biomet/38.1-2.159

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), np.arange(6.0)])
    >>> round(durbin_watson(fit_ols(X, np.array([0.0, 2, 1, 4, 3, 6]))).statistic, 3)
    3.517
    """
    _check(fit)
    d = float(np.sum(np.diff(fit.residual) ** 2) / np.sum(fit.residual**2))
    p_value = _exact_share_below(fit, d) if fit.n < EXACT_BELOW else _normal_share_below(fit, d)
    return AssumptionTest(statistic=d, p_value=p_value)


def shapiro_wilk(fit: Fit) -> AssumptionTest:
    """Test whether the residuals are normal.

    Parameters
    ----------
    fit : Fit
        From `fit_ols`, without counts, of 3 to 5,000 answers.

    Returns
    -------
    AssumptionTest
        W, at most 1.

    Raises
    ------
    StatisticsError
        If the model is not linear, its rows have counts, or there are too many answers.

    References
    ----------
    .. [1] Royston, P. (1995). Remark AS R94: A remark on algorithm AS 181: The W-test for
       normality. Applied Statistics, 44, 547-551. https://doi.org/10.2307/2986146

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), np.arange(6.0)])
    >>> shapiro_wilk(fit_ols(X, np.array([0.0, 2, 1, 4, 3, 6]))).p_value > 0.05
    True
    """
    _check(fit)
    if fit.n > MOST_FOR_SHAPIRO:
        raise StatisticsError(
            f"The Shapiro-Wilk test is known up to {MOST_FOR_SHAPIRO} answers.",
            received=f"{fit.n} answers",
            hint="look at the histogram: with so many answers normality matters little.",
        )
    found = stats.shapiro(fit.residual)
    return AssumptionTest(statistic=float(found.statistic), p_value=float(found.pvalue))


def _check(fit: Fit) -> None:
    """Refuse models whose residuals these tests do not know."""
    if fit.link is not IDENTITY or fit.counts is not None:
        raise StatisticsError(
            "The test needs a linear model with one row per answer.",
            received=f"link {fit.link.name}" + ("" if fit.counts is None else ", with counts"),
        )
    size = np.sqrt(np.mean(fit.residual**2))
    if size <= 1e-12 * np.sqrt(np.mean(fit.y**2)):
        raise NoVariationError("The model leaves no residuals.")


def _differences(X: Floats) -> Floats:
    """Multiply by A, of d's numerator e'Ae: second differences, first ones at the ends."""
    steps = np.diff(X, axis=0)
    return np.asarray(-np.diff(np.pad(steps, ((1, 1), (0, 0))), axis=0))


def _normal_share_below(fit: Fit, d: float) -> float:
    """Approximate P(d below the observed one) by its mean and variance without correlation."""
    n, k = fit.n, fit.p
    Z = fit.X @ fit.root
    AZ = _differences(Z)
    inner = Z.T @ AZ
    P = 2 * (n - 1) - np.trace(inner)
    Q = 2 * (3 * n - 4) - 2 * np.sum(AZ**2) + np.sum(inner**2)
    mean = P / (n - k)
    variance = 2 / ((n - k) * (n - k + 2)) * (Q - P * mean)
    return float(special.ndtr((d - mean) / np.sqrt(variance)))


def _exact_share_below(fit: Fit, d: float) -> float:
    """P(d below the observed one): that a quadratic form in normals is negative."""
    Z = fit.X @ fit.root
    MA = _differences(np.eye(fit.n))
    MA = MA - Z @ (Z.T @ MA)
    form = MA - (MA @ Z) @ Z.T
    weights = np.linalg.eigvalsh((form + form.T) / 2)[fit.p :] - d

    def integrand(u: float) -> float:
        turn = 0.5 * np.sum(np.arctan(weights * u))
        shrink = np.exp(0.25 * np.sum(np.log1p((weights * u) ** 2)))
        return float(np.sin(turn) / (u * shrink))

    found = integrate.quad(integrand, 0, np.inf, limit=400, epsabs=1e-12, epsrel=1e-10)[0]
    return float(np.clip(0.5 - found / np.pi, 0.0, 1.0))
