"""Ordered outcomes given exogenous predictors, against lavaan."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SOLVED_TWICE

import campaign_effect as ce
from campaign_effect import errors

FIVE_ERRORS = 5  # one false alarm in two million seeds, and the seed is fixed
ITEMS = [f"{f}{i}" for f in "AC" for i in range(1, 4)]


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_conditional")


@pytest.fixture(scope="module")
def answers(read):
    names = [*ITEMS, "gender", "age", "education"]
    found = pd.DataFrame(read("bfi", names), columns=names).dropna(ignore_index=True)
    weight = 0.5 + (np.arange(1, len(found) + 1) * 7 % 11) / 10
    found = found.sort_values("gender", kind="stable", ignore_index=True)
    return found.assign(age=found["age"] / 10, weight=weight)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("structural", {}),
        ("theta", {"parameterization": "theta"}),
        ("std_lv", {"std_lv": True}),
        ("ULSMV", {"estimator": "ULSMV"}),
        ("weights", {"weights": "weight"}),
        ("groups", {"group": "gender"}),
        ("direct", {}),
        ("observed", {"ordered": ["C1", "C2"]}),
    ],
)
def test_models_given_predictors_match_lavaan(
    name, settings, values, answers, matches_estimates, matches_fit
):
    model = values["models"].get(name, values["models"]["structural"])
    settings = {"ordered": ITEMS, **settings}
    solution = ce.fit_sem(answers, model, **settings).fitted.solution
    matches_estimates(solution, values[name])
    # lavaan divides the squares of the SRMR by as many variances as there are variables, given
    # ones too, which have no residuals
    structure = solution.implied[0].structure
    p, q = len(structure.modelled), len(structure.given)
    theirs = dict(values[name]["measures"])
    theirs["srmr"] *= np.sqrt(1 + q / (p * (p + 1) / 2))
    matches_fit(solution, values[name] | {"measures": theirs})


def test_definitions_and_modification_match_lavaan(
    values, answers, matches_definitions, matches_modification
):
    for name in ("structural", "direct"):
        result = ce.fit_sem(answers, values["models"][name], ordered=ITEMS)
        matches_modification(result.fitted.solution, values[name])
        if name == "structural":
            matches_definitions(result.fitted.solution, values[name])


MODEL = "f =~ a + b + c + d\nf ~ x + z"
SLOPES = (0.6, -0.4)


@pytest.fixture(scope="module")
def simulated():
    """Answers of 3,000 to a factor with a rare binary and a skewed cause, far from normal."""
    rng = np.random.default_rng(4)
    x, z = (rng.random(3000) < 0.1).astype(float), rng.exponential(size=3000)
    factor = SLOPES[0] * x + SLOPES[1] * z + rng.normal(size=3000)
    latent = factor[:, None] * [0.9, 0.8, 0.7, 0.6] + rng.normal(size=(3000, 4))
    codes = np.digitize(latent, [-1.2, -0.3, 0.4])
    return pd.DataFrame(codes + 1.0, columns=list("abcd")).assign(x=x, z=z)


def test_known_slopes_are_found_whatever_the_predictors_are(simulated):
    result = ce.fit_sem(simulated, MODEL, std_lv=True, parameterization="theta")
    rows = result.tidy("parameters").query("op == '~'")
    assert (abs(rows["estimate"] - np.array(SLOPES)) < FIVE_ERRORS * rows["std_error"]).all()
    assert result.fit[0].p_value_scaled > 0.01
    assert not {n.code for n in result.notices} & {"normal_predictors", "negative_variance"}
    assert result.reliability == ()


def test_units_of_predictors_change_nothing_else(simulated):
    moved = simulated.assign(z=100 - 10 * simulated["z"])
    plain, other = (ce.fit_sem(frame, MODEL).fitted.solution for frame in (simulated, moved))
    assert_allclose(other.scaled.statistic, plain.scaled.statistic, rtol=DIFFERENCED)
    names = [row.name for row in plain.table.parameters]
    at = names.index("f~z")
    assert_allclose(other.estimates[at], -plain.estimates[at] / 10, rtol=DIFFERENCED)
    loadings = [i for i, name in enumerate(names) if "=~" in name]
    assert_allclose(
        other.std_errors[loadings], plain.std_errors[loadings], rtol=10 * DIFFERENCED
    )


def test_rows_with_weights_count_as_often(simulated):
    few = simulated[:300]
    times = np.random.default_rng(5).integers(1, 4, len(few))
    weighted = ce.fit_sem(few.assign(w=times), MODEL, weights="w")
    repeated = ce.fit_sem(few.loc[few.index.repeat(times)].reset_index(drop=True), MODEL)
    ours, theirs = (one.fitted.solution.sample.groups[0] for one in (weighted, repeated))
    assert_allclose(ours.slopes, theirs.slopes, atol=SOLVED_TWICE)
    assert_allclose(ours.thresholds, theirs.thresholds, atol=SOLVED_TWICE)
    assert_allclose(ours.cov[:4, :4], theirs.cov[:4, :4], atol=SOLVED_TWICE)


def test_villages_are_resampled_given_predictors(simulated):
    frame = simulated[:400].assign(village=np.arange(400) % 10)
    settings = {"cluster": "village", "village_bootstrap": ce.Bootstrap(reps=10)}
    rows = ce.fit_sem(frame, MODEL, **settings).tidy("parameters")
    assert rows.query("op == '~'")["std_error"].notna().all()


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (f"{MODEL}\nx ~~ z", errors.FormulaError, "no parameters of theirs: .*'x', 'z'"),
        (f"{MODEL}\nf ~ twice", errors.CollinearityError, "sums of each other: .*'twice'"),
        ("f =~ a + b + c + d\nf ~ sure", errors.ConvergenceError, "decide its category"),
        ("f =~ a + b + c + sure\nf ~ x", errors.StatisticsError, "perfectly: 'a' and 'sure'"),
    ],
)
def test_predictors_that_cannot_be_are_said(model, kind, words, simulated):
    frame = simulated.assign(twice=2 * simulated["x"] + simulated["z"], sure=simulated["a"])
    with pytest.raises(kind, match=words):
        ce.fit_sem(frame, model)


def test_scores_and_pairs_given_predictors_are_refused_kindly(simulated):
    result = ce.fit_sem(simulated, MODEL)
    with pytest.raises(errors.UsageError, match="score the measurement model"):
        ce.score_factors(result)
    holed = simulated.copy()
    holed.loc[:9, "a"] = np.nan
    with pytest.raises(errors.UsageError, match="complete rows"):
        ce.fit_sem(holed, MODEL, missing="pairwise")


def test_an_ordered_predictor_is_modelled_with_the_rest(simulated):
    result = ce.fit_sem(simulated, MODEL, ordered=["a", "b", "c", "d", "x"])
    assert "normal_predictors" in {notice.code for notice in result.notices}
    assert not result.fitted.solution.table.is_conditional


def test_a_predictor_that_makes_the_groups_is_named(simulated):
    with pytest.raises(errors.NoVariationError, match=r"'x=0.0' these .* only: \['x'\]"):
        ce.fit_sem(simulated, MODEL, group="x")
