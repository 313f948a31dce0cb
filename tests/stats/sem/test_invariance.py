"""Invariance across groups against lavaan and semTools."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED, SOLVED_TWICE

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.sem.compare import compare
from campaign_effect.stats.sem.invariance import fit_invariance, invariance_specifications
from campaign_effect.stats.sem.modification import release_tests
from campaign_effect.stats.sem.ordinal import sample_of_codes
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification

HS_ITEMS = [f"x{i}" for i in range(1, 10)]
HS = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
BFI_ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")
ORDERED = tuple((item, 6) for item in BFI_ITEMS)
RTOL_DIFFERENCE = 2e-5  # a difference of two statistics, each good to 1e-5
RTOL_SE_THETA = 5e-4  # lavaan's gradient is 1e-4 here, and one variance is poorly determined
ATOL_SCORE = 1e-3  # as lavaan's solution, polished
CONTINUOUS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_invariance")


@pytest.fixture(scope="module")
def schools(complete):
    """Pasteur (the first 156 rows), then Grant-White."""
    rows = complete("hs", HS_ITEMS)
    return sample_of_rows([rows[:156], rows[156:]])


@pytest.fixture(scope="module")
def by_gender(read):
    rows = read("bfi", [*BFI_ITEMS, "gender"])
    rows = rows[~np.isnan(rows).any(axis=1)]
    first = rows[0, -1]
    return [rows[rows[:, -1] == first, :-1], rows[rows[:, -1] != first, :-1]]


@pytest.fixture(scope="module")
def genders(by_gender):
    return sample_of_rows(by_gender)


@pytest.fixture(scope="module")
def ordinal_genders(by_gender):
    codes = encode(np.vstack(by_gender)).codes
    parts = np.split(codes, [len(by_gender[0])])
    return sample_of_codes([np.asfortranarray(part) for part in parts])


def _differences_match(solutions, reference):
    for step in range(1, len(solutions)):
        ours = compare(solutions[step], solutions[step - 1])
        assert ours.df == reference["df"][step]
        assert_allclose(ours.statistic, reference["chisq"][step], rtol=RTOL_DIFFERENCE)
        assert_allclose(ours.p_value, reference["p"][step], rtol=0, atol=RTOL_DIFFERENCE)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_schools_match_lavaan(
    estimator, values, schools, fitted, matches_estimates, matches_fit
):
    theirs = values[f"hs_{estimator}"]
    solutions = []
    for level, equal in CONTINUOUS.items():
        words = {"n_groups": 2, "equal": equal, "mean_structure": True}
        solution = fitted(HS, HS_ITEMS, schools, estimator, **words)
        matches_estimates(solution, theirs[level])
        matches_fit(solution, theirs[level])
        solutions.append(solution)
    _differences_match(solutions, theirs["differences"])


def test_partial_invariance_matches_lavaan(
    values, schools, fitted, matches_estimates, matches_fit
):
    words = {"n_groups": 2, "equal": CONTINUOUS["scalar"], "free": ("x3~1", "x7~1")}
    solution = fitted(HS, HS_ITEMS, schools, "ML", mean_structure=True, **words)
    matches_estimates(solution, values["hs_partial"])
    matches_fit(solution, values["hs_partial"])


def test_score_tests_of_equalities_match_lavaan(values, schools, fitted):
    words = {"n_groups": 2, "equal": CONTINUOUS["scalar"], "mean_structure": True}
    solution = fitted(HS, HS_ITEMS, schools, "ML", **words)
    found = [test.statistic for test in release_tests(solution)]
    assert_allclose(found, values["hs_release"], rtol=0, atol=ATOL_SCORE)


def test_genders_match_lavaan(values, genders, fitted, matches_free, matches_fit):
    solutions = []
    for level, equal in CONTINUOUS.items():
        words = {"n_groups": 2, "equal": equal, "mean_structure": True}
        solution = fitted(BFI, BFI_ITEMS, genders, "MLR", **words)
        matches_free(solution, values["bfi_MLR"][level])
        matches_fit(solution, values["bfi_MLR"][level])
        solutions.append(solution)
    _differences_match(solutions, values["bfi_MLR"]["differences"])


def test_ordinal_genders_match_lavaan(
    values, ordinal_genders, fitted, matches_free, matches_fit
):
    levels = {
        "configural": (),
        "thresholds": ("thresholds",),
        "loadings": ("thresholds", "loadings"),
    }
    solutions = []
    for level, equal in levels.items():
        words = {"n_groups": 2, "equal": equal, "ordered": ORDERED}
        solution = fitted(BFI, BFI_ITEMS, ordinal_genders, "WLSMV", **words)
        matches_free(solution, values["bfi_delta"][level])
        matches_fit(solution, values["bfi_delta"][level])
        solutions.append(solution)
    _differences_match(solutions, values["bfi_delta"]["differences"])


def test_theta_across_genders_matches_lavaan(
    values, ordinal_genders, fitted, matches_free, matches_fit
):
    words = {"n_groups": 2, "equal": ("thresholds", "loadings"), "ordered": ORDERED}
    solution = fitted(BFI, BFI_ITEMS, ordinal_genders, "WLSMV", theta=True, **words)
    matches_free(solution, values["bfi_theta"], RTOL_SE_THETA)
    matches_fit(solution, values["bfi_theta"])


def test_wu_and_estabrooks_levels_match_semtools(
    values, ordinal_genders, matches_free, matches_fit
):
    specification = Specification(n_groups=2, ordered=ORDERED)
    model = parse_model(BFI)
    steps = fit_invariance(model, BFI_ITEMS, ordinal_genders, specification, "WLSMV")
    theirs = values["bfi_wu_estabrook"]
    assert [step.solution.df for step in steps] == [530, 605, 625, 645, 670]
    for number, step in enumerate(steps[:4]):
        matches_free(step.solution, theirs[step.level])
        matches_fit(step.solution, theirs[step.level])
        if step.difference is not None:
            wanted = theirs["differences"]["chisq"][number]
            assert_allclose(step.difference.statistic, wanted, rtol=RTOL_DIFFERENCE)


def test_semtools_syntax_can_be_read(values, ordinal_genders, fitted, matches_fit):
    text = values["semtools_syntax"]
    words = {"n_groups": 2, "ordered": ORDERED}
    solution = fitted(text, BFI_ITEMS, ordinal_genders, "WLSMV", **words)
    matches_fit(solution, values["bfi_wu_estabrook"]["loadings"])


def test_order_of_groups_changes_nothing(schools, fitted):
    turned = sample_of_rows([schools.groups[1].rows, schools.groups[0].rows])
    words = {"n_groups": 2, "equal": CONTINUOUS["strict"], "mean_structure": True}
    one = fitted(HS, HS_ITEMS, schools, "MLR", std_lv=False, **words)
    two = fitted(HS, HS_ITEMS, turned, "MLR", std_lv=False, **words)
    assert_allclose(one.standard.statistic, two.standard.statistic, rtol=SOLVED_TWICE)
    assert_allclose(one.scaled.statistic, two.scaled.statistic, rtol=SEARCHED)


def test_groups_without_equalities_are_separate_models(schools, fitted):
    words = {"mean_structure": True}
    both = fitted(HS, HS_ITEMS, schools, "ML", n_groups=2, **words)
    parts = [
        fitted(HS, HS_ITEMS, sample_of_rows([group.rows]), "ML", **words)
        for group in schools.groups
    ]
    separate = sum(part.standard.statistic for part in parts)
    assert_allclose(both.standard.statistic, separate, rtol=SOLVED_TWICE)


def test_one_group_has_no_invariance():
    with pytest.raises(UsageError, match="two groups"):
        invariance_specifications(Specification())


def test_binary_items_are_refused():
    with pytest.raises(StatisticsError, match=r"two categories: \['y'\]"):
        invariance_specifications(Specification(n_groups=2, ordered=(("y", 2),)))


def test_models_are_compared_only_where_one_is_more_restricted(schools, fitted):
    words = {"n_groups": 2, "mean_structure": True}
    free = fitted(HS, HS_ITEMS, schools, "ML", **words)
    tight = fitted(HS, HS_ITEMS, schools, "ML", equal=("loadings",), **words)
    with pytest.raises(UsageError, match="more restricted"):
        compare(free, tight)
    with pytest.raises(UsageError, match="same estimator"):
        compare(tight, fitted(HS, HS_ITEMS, schools, "MLR", **words))
