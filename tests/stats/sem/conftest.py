"""Models fitted to public data, and comparing them with a reference fit."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.fit_indices import fit_indices
from campaign_effect.stats.sem.modification import modification_indices
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.standardise import defined_parameters, standardise
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification

DATA = Path(__file__).parents[2] / "reference" / "data"

# How far a right answer lies from lavaan 0.6-14, which stops early: its solutions polished by
# Newton steps move by this much.
ATOL_ESTIMATE = 1e-4
RTOL_ESTIMATE = 1e-4  # for large estimates, such as variances
RTOL_SE = 2e-4
ATOL_STANDARDISED = 5e-5
RTOL_CHI2 = 1e-5
ATOL_INDEX = 1e-5
TOL_MODIFICATION = 1e-3
ATOL_DISCREPANCY = 1e-10  # ours is at least as small as lavaan's
GRADIENT = 1e-8

HS = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")


@pytest.fixture(scope="session")
def read():
    """Read chosen columns of a data file, nan where missing."""

    def columns(name, names):
        path = DATA / f"{name}.csv"
        header = path.read_text().split("\n", 1)[0].replace('"', "").strip().split(",")
        use = [header.index(column) for column in names]
        return np.genfromtxt(
            path, delimiter=",", skip_header=1, usecols=use, missing_values="NA"
        )

    return columns


@pytest.fixture(scope="session")
def complete(read):
    """Read chosen columns, without incomplete rows."""

    def rows(name, names):
        found = read(name, names)
        return found[~np.isnan(found).any(axis=1)]

    return rows


@pytest.fixture(scope="session")
def fitted():
    """Fit a model's text to a sample that is made of the table."""

    def solve(text, columns, sample, estimator="ML", **words):
        table = build_table(parse_model(text), columns, Specification(**words))
        return fit(table, sample(table) if callable(sample) else sample, estimator)

    return solve


def _rows(columns):
    names = zip(columns["lhs"], columns["op"], columns["rhs"], columns["group"], strict=True)
    return {
        (left, op, right or "", group): i for i, (left, op, right, group) in enumerate(names)
    }


def _find(rows, parameter):
    p = parameter
    key = (p.left, p.operator, p.right, p.group + 1)
    return rows.get(key, rows.get((p.right, p.operator, p.left, p.group + 1)))


def _compare_rows(ours, reference, parameters, atol, rtol_se=RTOL_SE):
    at = [_find(_rows(reference), parameter) for parameter in parameters]
    assert None not in at
    values = np.array([reference["est"][i] for i in at], dtype=float)
    std_errors = np.array([reference["se"][i] or 0 for i in at])
    given = ~np.isnan(values)
    assert_allclose(ours[0][given], values[given], rtol=RTOL_ESTIMATE, atol=atol)
    known = std_errors > 0
    assert_allclose(ours[1][known], std_errors[known], rtol=rtol_se)


@pytest.fixture(scope="session")
def matches_estimates():
    """Whether estimates, standard errors and both standardised are the reference's."""

    def compare(solution, reference):
        assert solution.optimum.is_converged
        assert np.abs(solution.optimum.gradient).max() <= GRADIENT
        rows = solution.table.parameters
        ours = solution.estimates, solution.std_errors
        _compare_rows(ours, reference["parameters"], rows, ATOL_ESTIMATE)
        standard = standardise(solution)
        ours = standard.values, standard.std_errors
        _compare_rows(ours, reference["standardised"], rows, ATOL_STANDARDISED)

    return compare


@pytest.fixture(scope="session")
def matches_free():
    """Whether free estimates and their standard errors are the reference's."""

    def compare(solution, reference, rtol_se=RTOL_SE):
        assert solution.optimum.is_converged
        assert np.abs(solution.optimum.gradient).max() <= GRADIENT
        rows = _rows(reference["parameters"])
        free = [row for row in solution.table.parameters if row.slot >= 0]
        slots = [row.slot for row in free]
        errors = np.sqrt(np.diag(solution.vcov))
        assert len(free) == len(rows)
        ours = solution.slots[slots], errors[slots]
        _compare_rows(ours, reference["parameters"], free, ATOL_ESTIMATE, rtol_se)

    return compare


@pytest.fixture(scope="session")
def matches_definitions():
    """Whether defined parameters and their standard errors are the reference's."""

    def compare(solution, reference):
        for part, scope, atol in (
            ("parameters", None, ATOL_ESTIMATE),
            ("standardised", "all", ATOL_STANDARDISED),
        ):
            columns = reference[part]
            at = [i for i, op in enumerate(columns["op"]) if op == ":="]
            defined = defined_parameters(solution, scope=scope)
            values = [columns["est"][i] for i in at]
            assert_allclose(defined.values, values, rtol=0, atol=atol)
            assert_allclose(defined.std_errors, [columns["se"][i] for i in at], rtol=RTOL_SE)

    return compare


@pytest.fixture(scope="session")
def matches_fit():
    """Whether tests and fit indices are the reference's."""

    def compare(solution, reference):
        theirs = reference["measures"]
        indices = fit_indices(solution)
        assert solution.df == theirs["df"]
        assert indices.n_free == theirs["npar"]
        _compare_chi2(indices, theirs)
        for ours, ending in (
            (indices.standard, ""),
            (indices.scaled, ".scaled"),
            (indices.robust, ".robust"),
        ):
            given = theirs.get(f"cfi{ending}") is not None
            assert ours is not None or not given
            if given:
                _compare_version(ours, theirs, ending)
        assert_allclose(indices.srmr, theirs["srmr"], rtol=0, atol=ATOL_INDEX)
        if indices.criteria is not None:
            ours = indices.criteria
            found = [ours.log_likelihood, ours.aic, ours.bic, ours.sabic]
            wanted = [theirs[name] for name in ("logl", "aic", "bic", "bic2")]
            assert_allclose(found, wanted, rtol=0, atol=ATOL_INDEX * 10)

    return compare


def _compare_chi2(indices, theirs):
    pairs = [(indices.standard, "", "baseline.chisq")]
    if indices.scaled is not None:
        pairs.append((indices.scaled, ".scaled", "baseline.chisq.scaled"))
    for ours, ending, baseline in pairs:
        assert_allclose(ours.test.statistic, theirs[f"chisq{ending}"], rtol=RTOL_CHI2)
        assert_allclose(ours.test.df, theirs[f"df{ending}"], rtol=RTOL_CHI2)
        p_value = theirs[f"pvalue{ending}"]  # lavaan gives none for unweighted squares
        if p_value is not None:
            assert_allclose(ours.test.p_value, p_value, rtol=0, atol=ATOL_INDEX)
        assert_allclose(ours.baseline.statistic, theirs[baseline], rtol=RTOL_CHI2)


def _compare_version(ours, theirs, ending):
    rmsea = ours.rmsea
    found = [ours.cfi, ours.tli, rmsea.value, rmsea.low, rmsea.high, rmsea.p_close]
    names = ["cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue"]
    wanted = [theirs[name + ending] for name in names]
    assert_allclose(found, wanted, rtol=0, atol=ATOL_INDEX)


@pytest.fixture(scope="session")
def matches_modification():
    """Whether the largest modification indices are the reference's."""

    def compare(solution, reference):
        theirs = reference["modification"]
        rows = {
            (
                m.parameter.left,
                m.parameter.operator,
                m.parameter.right,
                m.parameter.group + 1,
            ): m
            for m in modification_indices(solution)
        }
        keys = list(_rows(theirs))
        ours = [rows.get(k) or rows[k[2], k[1], k[0], k[3]] for k in keys]
        for field, name in (
            ("statistic", "mi"),
            ("change", "epc"),
            ("std_lv", "sepc.lv"),
            ("std_all", "sepc.all"),
        ):
            found = [getattr(m, field) for m in ours]
            tolerances = {"rtol": TOL_MODIFICATION, "atol": TOL_MODIFICATION}
            assert_allclose(found, theirs[name], **tolerances)

    return compare


@pytest.fixture(scope="session")
def as_small_as():
    """Whether the discrepancy is at most lavaan's (half a deviance)."""

    def compare(solution, reference):
        assert solution.optimum.value / 2 <= reference["measures"]["fmin"] + ATOL_DISCREPANCY

    return compare
