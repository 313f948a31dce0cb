"""Factor scores and standardised residuals against lavaan."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SEARCHED, SOLVED

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.sem.ordinal import sample_of_codes
from campaign_effect.stats.sem.ordinal_scores import ordinal_factor_scores
from campaign_effect.stats.sem.residuals import residual_z
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.scores import factor_scores

HS_ITEMS = [f"x{i}" for i in range(1, 10)]
HS = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
PATH = HS + "\nspeed ~ visual + textual"
ITEMS = [f"{f}{i}" for f in "AN" for i in range(1, 6)]
TWO = "A =~ A1 + A2 + A3 + A4 + A5\nN =~ N1 + N2 + N3 + N4 + N5"
BFI_ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
ATOL_LINEAR = 1e-4  # as the estimates they are made of
ATOL_MODE = 1e-3  # lavaan's optimiser takes the default tolerance for each row


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_scores")


@pytest.fixture(scope="module")
def rows(complete):
    return complete("hs", HS_ITEMS)


@pytest.mark.parametrize("method", ["regression", "bartlett"])
@pytest.mark.parametrize(("text", "prefix"), [(HS, ""), (PATH, "path_")])
def test_linear_scores_match_lavaan(method, text, prefix, values, rows, fitted):
    solution = fitted(text, HS_ITEMS, sample_of_rows([rows]))
    found = factor_scores(solution, [rows], method=method)[0]
    assert_allclose(found.values[:10], values[prefix + method], rtol=0, atol=ATOL_LINEAR)
    if not prefix:
        errors = values[f"{method}_errors"]
        assert_allclose(found.std_errors[0], errors, rtol=0, atol=ATOL_LINEAR)


def test_scores_of_groups_match_lavaan(values, rows, fitted):
    parts = [rows[:156], rows[156:]]
    words = {"n_groups": 2, "mean_structure": True}
    solution = fitted(HS, HS_ITEMS, sample_of_rows(parts), **words)
    found = factor_scores(solution, parts)
    for group, name in zip(found, ("Pasteur", "Grant-White"), strict=True):
        wanted = values["group_regression"][name]
        assert_allclose(group.values[:10], wanted, rtol=0, atol=ATOL_LINEAR)


def test_missing_answers_leave_more_error(rows, fitted):
    solution = fitted(HS, HS_ITEMS, sample_of_rows([rows]))
    holes = rows[:3].copy()
    holes[1, 0] = np.nan
    holes[2] = np.nan
    whole, part = (factor_scores(solution, [r])[0] for r in (rows[:3], holes))
    assert_allclose(part.values[0], whole.values[0], rtol=ROUNDING)
    assert part.std_errors[1, 0] > whole.std_errors[1, 0]
    assert np.isnan(part.values[2]).all()


def test_standardised_residuals_match_lavaan(values, rows, fitted):
    solution = fitted(HS, HS_ITEMS, sample_of_rows([rows]))
    (found,) = residual_z(solution)
    off = ~np.eye(9, dtype=bool)
    assert_allclose(found[off], np.array(values["residual_z"])[off], rtol=0, atol=ATOL_LINEAR)
    assert_allclose(found, found.T)


@pytest.mark.parametrize("estimator", ["MLM", "MLR", "WLSMV"])
def test_robust_residuals_are_about_as_large(estimator, rows, fitted):
    sample = sample_of_rows([rows])
    plain, robust = (
        residual_z(fitted(HS, HS_ITEMS, sample, name))[0] for name in ("ML", estimator)
    )
    assert np.corrcoef(plain.ravel(), robust.ravel())[0, 1] > 0.9


@pytest.fixture(scope="module")
def likert(complete, fitted):
    answers = complete("bfi", BFI_ITEMS)
    codes = encode(answers[:, [BFI_ITEMS.index(item) for item in ITEMS]]).codes
    ordered = tuple((item, 6) for item in ITEMS)
    sample = sample_of_codes([codes])
    return fitted(TWO, ITEMS, sample, "WLSMV", ordered=ordered, std_lv=True), codes


def test_modal_scores_match_lavaan(likert, values):
    solution, codes = likert
    found = ordinal_factor_scores(solution, [codes[:40]])[0]
    assert_allclose(found.values, values["ebm"], rtol=0, atol=ATOL_MODE)


def test_modal_scores_are_modes(likert):
    solution, codes = likert
    few = codes[:3].copy()
    few[1, :5] = -1
    scores = ordinal_factor_scores(solution, [few])[0]
    everything = ordinal_factor_scores(solution, [codes[:3]])[0]
    assert_allclose(scores.values[[0, 2]], everything.values[[0, 2]], atol=SEARCHED)
    assert scores.std_errors[1, 0] > everything.std_errors[1, 0]


def test_rows_without_answers_have_the_factors_means(likert):
    solution, codes = likert
    empty = np.full_like(codes[:1], -1)
    scores = ordinal_factor_scores(solution, [empty])[0]
    assert_allclose(scores.values, 0.0, atol=ROUNDING)
    assert_allclose(scores.std_errors, 1.0, rtol=SOLVED)


def test_kinds_of_scores_are_not_mixed(likert, rows, fitted):
    with pytest.raises(UsageError, match="continuous answers"):
        factor_scores(likert[0], [rows])
    continuous = fitted(HS, HS_ITEMS, sample_of_rows([rows]))
    with pytest.raises(UsageError, match="ordinal variables only"):
        ordinal_factor_scores(continuous, [likert[1]])
