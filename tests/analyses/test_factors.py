import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tolerances import DIFFERENCED, SEARCHED, SOLVED_TWICE, STOPPED

import campaign_effect as ce
from campaign_effect.errors import (
    CollinearityError,
    NoVariationError,
    TooFewItemsError,
    TooFewRowsError,
    UsageError,
)

RTOL_SAME_FORMULA = 1e-9  # closed forms with inverses
ATOL_UNROTATED = 1e-5  # psych's extraction stops about 1e-6 early
ATOL_ROTATED = 1e-5
RTOL_FIT = 1e-4  # the same in chi-square and what comes of it
ATOL_CRITERION = 1e-6  # psych's extraction, stopped early, moves the criterion so far
ROTATIONS = ("varimax", "quartimax", "oblimin", "geomin", "promax")
EXTRACTIONS = {"minres": "minres", "ml": "ml", "paf": "pa"}


@pytest.fixture(scope="module")
def values(reference):
    return reference("factors")


@pytest.fixture(scope="module")
def survey(bfi, survey_of):
    return survey_of(bfi.dropna())


def pattern(result, items):
    table = result.tidy("loadings").pivot(index="item", columns="factor", values="estimate")
    return table.loc[list(items)].to_numpy()


def order_and_signs(found, expected):
    """Find the column of ``found`` that is nearest to each of ``expected``, and its sign."""
    gaps = np.stack(
        [np.abs(sign * found[:, :, None] - expected[:, None]).max(axis=0) for sign in (1, -1)]
    )
    order = gaps.min(axis=0).argmin(axis=0)
    return order, np.where(gaps[0] <= gaps[1], 1, -1)[order, np.arange(expected.shape[1])]


@pytest.mark.parametrize("extraction", EXTRACTIONS)
def test_unrotated_loadings_and_communalities_match_psych(extraction, survey, values):
    result = ce.explore_factors(survey, n_factors=5, extraction=extraction, rotation="none")
    expected = np.array(values[EXTRACTIONS[extraction]]["none"])
    found = pattern(result, survey.answers)
    order, signs = order_and_signs(found, expected)
    assert_allclose(found[:, order] * signs, expected, atol=ATOL_UNROTATED)
    communality = (
        result.tidy("loadings").drop_duplicates("item").set_index("item")["communality"]
    )
    assert_allclose(
        communality[list(survey.answers)], (expected**2).sum(axis=1), atol=ATOL_UNROTATED
    )


@pytest.mark.parametrize(
    ("extraction", "rotation"),
    [
        *(("minres", rotation) for rotation in ROTATIONS),
        ("ml", "oblimin"),
        ("ml", "varimax"),
        ("paf", "geomin"),
    ],
)
def test_rotated_loadings_match_a_tight_reference(extraction, rotation, survey, values):
    block = values[EXTRACTIONS[extraction]]
    result = ce.explore_factors(survey, n_factors=5, extraction=extraction, rotation=rotation)
    expected = np.array(block[rotation])
    found = pattern(result, survey.answers)
    order, signs = order_and_signs(found, expected)
    assert sorted(order) == list(range(5))
    assert_allclose(found[:, order] * signs, expected, atol=ATOL_ROTATED)
    if f"{rotation}_phi" in block:
        phi = result.solution.phi[np.ix_(order, order)] * np.outer(signs, signs)
        assert_allclose(phi, block[f"{rotation}_phi"], atol=ATOL_ROTATED)
    if rotation in ("varimax", "oblimin", "geomin"):  # quartimax has another form there
        limit = block[f"{rotation}_criterion"] + ATOL_CRITERION
        assert result.solution.criterion <= limit


def test_factors_of_polychoric_correlations_match_psych(survey, reference):
    expected = reference("factors_polychoric")
    result = ce.explore_factors(survey, n_factors=5, correlations="polychoric")
    found, target = pattern(result, survey.answers), np.array(expected["loadings"])
    order, signs = order_and_signs(found, target)
    assert_allclose(found[:, order] * signs, target, atol=ATOL_ROTATED)
    phi = result.solution.phi[np.ix_(order, order)] * np.outer(signs, signs)
    assert_allclose(phi, expected["phi"], atol=ATOL_ROTATED)


def test_adequacy_matches_psych(survey, hs, values, survey_of):
    for data, name in ((survey, "adequacy"), (survey_of(hs), "adequacy_hs")):
        found = ce.explore_factors(data, n_factors=1).tidy("adequacy")
        expected = values[name]
        assert_allclose(found["kmo"][0], expected["kmo"], rtol=RTOL_SAME_FORMULA)
        assert_allclose(found["kmo"][1:], expected["items"], rtol=RTOL_SAME_FORMULA)
        assert_allclose(found["statistic"][0], expected["chi_square"], rtol=RTOL_SAME_FORMULA)
        assert found["df"][0] == expected["df"]


def test_fit_matches_psych(survey, values):
    result = ce.explore_factors(survey, n_factors=5, rotation="none")
    found, expected = result.tidy("fit").iloc[0], values["minres"]["fit"]
    names = {"statistic": "chi_square", "df": "df", "rmsea": "rmsea", "rmsea_low": "rmsea_low"}
    names |= {"rmsea_high": "rmsea_high", "tli": "tli", "bic": "bic", "rmsr": "rmsr"}
    for ours, theirs in names.items():
        assert_allclose(found[ours], expected[theirs], rtol=RTOL_FIT, err_msg=ours)


def test_eigenvalues_and_map_match_psych(survey, values):
    found = ce.explore_factors(survey, n_factors=1).tidy("eigenvalues")
    parallel = values["parallel"]
    assert_allclose(found["component"], parallel["component_eigenvalues"], rtol=SOLVED_TWICE)
    assert_allclose(found["factor"], parallel["factor_eigenvalues"], atol=ATOL_UNROTATED)
    assert_allclose(found["map"][:8], values["map"], rtol=RTOL_SAME_FORMULA)


def test_parallel_means_match_psych_within_monte_carlo_error(survey, values):
    found = ce.explore_factors(survey, n_factors=1, seed=4).tidy("eigenvalues")
    parallel = values["parallel"]
    at = [parallel["columns"].index(f"C{i}") for i in range(1, 26)]
    error = 4.5 * np.array(parallel["deviations"])[at] * np.sqrt(2 / 100)
    assert (np.abs(found["component_mean"] - np.array(parallel["means"])[at]) < error).all()


def test_scores_have_the_definitions_of_their_methods(survey):
    result = ce.explore_factors(survey, n_factors=5)
    X = survey.answers.to_numpy()
    Z = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    s = result.solution
    structure = s.loadings @ s.phi
    regression = Z @ np.linalg.solve(s.correlations, structure)
    assert_allclose(result.scores("regression"), regression, atol=SEARCHED)
    assert_allclose(np.corrcoef(result.scores("tenberge"), rowvar=False), s.phi, atol=SEARCHED)
    theta = np.diag(1 / (1 - np.einsum("ij,ij->i", structure, s.loadings)))
    inverse = np.linalg.inv(s.loadings.T @ theta @ s.loadings)
    assert_allclose(result.scores("bartlett"), Z @ theta @ s.loadings @ inverse, atol=SEARCHED)


def test_scores_are_missing_where_an_answer_is(bfi, survey_of):
    survey = survey_of(bfi)
    scores = ce.explore_factors(survey, ["A1", "A2", "A3", "A4"], n_factors=1).scores()
    complete = bfi[["A1", "A2", "A3", "A4"]].notna().all(axis=1)
    assert (scores["factor_1"].notna().to_numpy() == complete.to_numpy()).all()
    with pytest.raises(UsageError, match="no method 'sum'"):
        ce.explore_factors(survey, ["A1", "A2", "A3", "A4"], n_factors=1).scores("sum")


def two_factors(n, seed, per_factor=4):
    rng = np.random.default_rng(seed)
    X = np.repeat(rng.normal(size=(n, 2)), per_factor, axis=1)
    X = X + rng.normal(size=(n, 2 * per_factor))
    return pd.DataFrame(X, columns=[f"q{i}" for i in range(2 * per_factor)])


def test_parallel_analysis_decides_and_items_are_sorted(survey_of):
    result = ce.explore_factors(survey_of(two_factors(400, seed=1)))
    assert set(result.tidy("suggestions")["n_factors"]) == {2}
    found = result.tidy("loadings")
    assert found["factor"].max() == 2
    strongest = found.loc[found["estimate"].abs().groupby(found["item"], sort=False).idxmax()]
    assert strongest["factor"].is_monotonic_increasing
    for _, rows in strongest.groupby("factor"):
        assert rows["estimate"].abs().is_monotonic_decreasing
    assert_allclose(found["communality"] + found["uniqueness"], 1)


def test_same_seed_same_result_and_another_seed_other_draws(survey_of):
    survey = survey_of(two_factors(100, seed=2))
    first, again, other = (ce.explore_factors(survey, seed=seed) for seed in (1, 1, 2))
    assert_frame_equal(first.tidy("eigenvalues"), again.tidy("eigenvalues"))
    assert not first.tidy("eigenvalues").equals(other.tidy("eigenvalues"))


def test_bootstrap_intervals_of_loadings_hold_the_truth(survey_of):
    frame = two_factors(500, seed=3)
    result = ce.explore_factors(
        survey_of(frame), n_factors=2, bootstrap=ce.Bootstrap(reps=100, seed=1)
    )
    found = result.tidy("loadings")
    assert (
        (found["conf_low"] <= found["estimate"]) & (found["estimate"] <= found["conf_high"])
    ).all()
    own = found[found["estimate"] > 0.4]
    inside = (own["conf_low"] <= 0.5**0.5) & (own["conf_high"] >= 0.5**0.5)
    assert len(own) == 8
    assert inside.sum() >= 7


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100), order=st.permutations(range(8)))
def test_solution_does_not_depend_on_item_order_or_units(seed, order):
    frame = two_factors(200, seed)
    other = frame.iloc[:, list(order)] * 3 - 7
    first, second = (ce.explore_factors(ce.read_survey(f), n_factors=2) for f in (frame, other))
    items = list(frame)
    A, B = pattern(first, items), pattern(second, items)
    column, signs = order_and_signs(B, A)
    assert_allclose(B[:, column] * signs, A, atol=DIFFERENCED)
    assert_allclose(first.fit[0].statistic, second.fit[0].statistic, rtol=STOPPED)


def test_result_is_that_of_the_survey_without_its_incomplete_rows(village_survey):
    items = village_survey.blocks["message_trust"]
    incomplete = village_survey.answers[list(items)].isna().any(axis=1)
    clean = village_survey.without(village_survey.answers.index[incomplete], reason="gaps")
    whole, cleaned = (
        ce.explore_factors(s, items, n_factors=1) for s in (village_survey, clean)
    )
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), cleaned.tidy(part))


def said(result, code):
    return [dict(notice.facts) for notice in result.notices if notice.code == code]


def test_items_without_common_factors_are_said(survey_of):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(200, 6)), columns=list("abcdef"))
    result = ce.explore_factors(survey_of(frame))
    assert said(result, "low_kmo")
    assert len(result.factors) == 1


def test_an_item_of_no_factor_is_named(survey_of):
    frame = two_factors(300, seed=6).assign(lost=np.random.default_rng(7).normal(size=300))
    result = ce.explore_factors(survey_of(frame), n_factors=2)
    assert said(result, "weak_items")[0]["items"] == ("lost",)


@pytest.mark.parametrize(
    ("frame", "words", "error", "match"),
    [
        (two_factors(50, 1).assign(q0=1.0), {}, NoVariationError, "'q0'"),
        (two_factors(50, 1).assign(q0=lambda f: f["q1"]), {}, CollinearityError, "q0.*q1"),
        (two_factors(50, 1)[["q0", "q1"]], {}, TooFewItemsError, "3 items"),
        (two_factors(8, 1), {}, TooFewRowsError, "8 answers to 8 items"),
        (two_factors(50, 1).assign(q0=np.nan), {}, TooFewRowsError, "2 complete answers"),
        (two_factors(50, 1), {"n_factors": 7}, TooFewItemsError, "cannot have 7 factors"),
        (two_factors(50, 1), {"n_factors": 0}, TooFewItemsError, "cannot have 0 factors"),
        (two_factors(50, 1), {"rotation": "oblimax"}, UsageError, "'oblimax'"),
        (two_factors(50, 1), {"extraction": "pca"}, UsageError, "'pca'"),
        (two_factors(50, 1), {"correlations": "kendall"}, UsageError, "'kendall'"),
    ],
)
def test_answers_without_factors_are_an_error_that_says_why(
    frame, words, error, match, survey_of
):
    with pytest.raises(error, match=match):
        ce.explore_factors(survey_of(frame), **words)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("rotation", ["varimax", "oblimin"])
def test_result_is_a_report(rotation, language, survey_of):
    result = ce.explore_factors(survey_of(two_factors(200, 8)), rotation=rotation)
    assert ce.Report([result], language=language).to(".html")
