"""Fit indices of a solution: standard, scaled and robust."""

from __future__ import annotations

from dataclasses import dataclass, replace

from campaign_effect.stats.sem.baseline import fit_baseline
from campaign_effect.stats.sem.cfi import comparative_fit_index, tucker_lewis_index
from campaign_effect.stats.sem.chi_square import standard_test
from campaign_effect.stats.sem.criteria import Criteria, information_criteria
from campaign_effect.stats.sem.noncentral import Noncentral
from campaign_effect.stats.sem.rmsea import Rmsea, root_mean_square_error
from campaign_effect.stats.sem.robust_fit import robust_misfits
from campaign_effect.stats.sem.solution import ChiSquare, Solution
from campaign_effect.stats.sem.srmr import standardised_residual
from campaign_effect.stats.sem.threads import single_threaded


@dataclass(frozen=True, slots=True, kw_only=True)
class FitVersion:
    """Indices that depend on the test.

    Attributes
    ----------
    test, baseline : ChiSquare
        Tests of the model and of the independence model.
    cfi, tli : float
        Comparative fit.
    rmsea : Rmsea
        Misfit for each degree of freedom.
    """

    test: ChiSquare
    baseline: ChiSquare
    cfi: float
    tli: float
    rmsea: Rmsea


@dataclass(frozen=True, slots=True, kw_only=True)
class FitIndices:
    """How well a model fits.

    Attributes
    ----------
    standard : FitVersion
        Without correction.
    scaled : FitVersion or None
        With the estimator's corrected tests in place of the standard ones.
    robust : FitVersion or None
        Estimates of what the standard indices would be in the population of normal, complete
        answers; None where no such version is defined.
    srmr : float
        Standardised root mean square residual.
    criteria : Criteria or None
        Information criteria of likelihoods.
    n_free : int
        Free parameters.
    n : int
        Rows.
    """

    standard: FitVersion
    scaled: FitVersion | None
    robust: FitVersion | None
    srmr: float
    criteria: Criteria | None
    n_free: int
    n: int


@single_threaded
def fit_indices(solution: Solution, baseline: Solution | None = None) -> FitIndices:
    """Return a solution's fit indices.

    Parameters
    ----------
    solution : Solution
        A fitted model.
    baseline : Solution, optional
        The baseline model; fitted here if left out.

    Returns
    -------
    FitIndices

    Notes
    -----
    As lavaan 0.6 defines them. The scaled RMSEA of tests that match the mean only uses the
    trace of U Gamma as df.
    """
    baseline = fit_baseline(solution) if baseline is None else baseline
    tests = solution.standard, baseline.standard
    standard = _version(solution, tests, (_plain(tests[0]), _plain(tests[1])))
    scaled = robust = None
    if solution.scaled is not None and baseline.scaled is not None:
        tests = solution.scaled, baseline.scaled
        scaled = replace(
            _version(solution, tests, (_plain(tests[0]), _plain(tests[1]))),
            rmsea=_scaled_rmsea(solution, solution.scaled),
        )
    misfits = robust_misfits(solution, baseline)
    if misfits is not None:
        tests = _referred(misfits[0]), _referred(misfits[1])
        robust = _version(solution, tests, misfits)
    return FitIndices(
        standard=standard,
        scaled=scaled,
        robust=robust,
        srmr=standardised_residual(solution),
        criteria=information_criteria(solution),
        n_free=solution.table.n_free,
        n=solution.sample.n,
    )


def _plain(test: ChiSquare) -> Noncentral:
    return Noncentral.of(test.statistic, test.df)


def _referred(misfit: Noncentral) -> ChiSquare:
    return standard_test(misfit.reference, int(misfit.df))


def _version(
    solution: Solution,
    tests: tuple[ChiSquare, ChiSquare],
    misfits: tuple[Noncentral, Noncentral],
) -> FitVersion:
    """Return the indices of the misfit of model and baseline."""
    n, n_groups = solution.n_effective, solution.table.n_groups
    return FitVersion(
        test=tests[0],
        baseline=tests[1],
        cfi=comparative_fit_index(*misfits),
        tli=tucker_lewis_index(*misfits),
        rmsea=root_mean_square_error(misfits[0], n, n_groups),
    )


def _scaled_rmsea(solution: Solution, test: ChiSquare) -> Rmsea:
    """Return the scaled RMSEA: of the shifted test, or with the trace of U Gamma as df."""
    misfit = Noncentral.of(test.statistic, test.df)
    if solution.estimator.scaling != "scaled_shifted":
        misfit = Noncentral.of(solution.standard.statistic, test.trace)
    return root_mean_square_error(misfit, solution.n_effective, solution.table.n_groups)
