"""Factor models of imputed answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect import errors
from campaign_effect.survey import Absence

MODEL = "f =~ a + b + c + d"
CHOICE = ce.Imputation(m=8, rounds=3, seed=2)
FOUR_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed
LOADINGS = np.array([0.8, 0.7, 0.6, 0.7])


@pytest.fixture(scope="module")
def whole():
    """Answers of 800 people to one factor; who answers d low often leaves a and b open."""
    rng = np.random.default_rng(6)
    latent = rng.normal(size=(800, 1)) * LOADINGS
    latent = latent + rng.normal(size=(800, 4)) * np.sqrt(1 - LOADINGS**2)
    codes = np.digitize(latent, [-0.8, 0.0, 0.9]) + 1.0
    frame = pd.DataFrame(codes, columns=list("abcd"))
    return frame.assign(sex=["f", "m"] * 400, w=rng.uniform(0.5, 2, 800))


@pytest.fixture(scope="module")
def holed(whole):
    rng = np.random.default_rng(7)
    found = whole.copy()
    for name in "ab":
        is_open = rng.random(800) < np.where(found["d"] <= 2, 0.5, 0.05)
        found.loc[is_open, name] = np.nan
    return found


def facts_of(result, code):
    return dict(next(n for n in result.notices if n.code == code).facts)


def test_imputing_uses_everybody_and_finds_the_truth(holed):
    result = ce.confirm_factors(holed, MODEL, std_lv=True, missing=CHOICE)
    rows = result.tidy("loadings")
    assert (abs(rows["estimate"] - LOADINGS) < FOUR_ERRORS * rows["std_error"]).all()
    assert result.fit[0].n == 800
    assert result.fit[0].is_converged
    assert result.fit[0].p_value_scaled > 0.01
    facts = facts_of(result, "model_imputed")
    assert facts["complete"] == int(holed[list("abcd")].notna().all(axis=1).sum())
    assert facts["m"] == 8
    assert 0 < facts["share"] < 0.5
    needed = facts_of(result, "model_few_imputations")["needed"]
    assert 8 < needed < 60


def test_what_is_missing_makes_errors_larger(whole, holed):
    settings = {"std_lv": True, "missing": CHOICE}
    with_all = ce.confirm_factors(whole, MODEL, **settings)
    imputed = ce.confirm_factors(holed, MODEL, **settings)
    assert {n.code for n in with_all.notices} >= {"model_nothing_imputed"}
    ours, theirs = (r.tidy("loadings")["std_error"] for r in (imputed, with_all))
    assert (ours[:2] > theirs[:2]).all()
    plain = ce.confirm_factors(whole, MODEL, std_lv=True)
    assert plain.tidy("loadings").equals(with_all.tidy("loadings"))


def test_a_seed_gives_the_same_and_another_something_else(holed):
    results = [
        ce.confirm_factors(holed, MODEL, missing=ce.Imputation(m=3, rounds=2, seed=seed))
        for seed in (1, 1, 2)
    ]
    first, same, other = (result.fit[0].chi2_scaled for result in results)
    assert first == same != other


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_numbers_are_fitted_by_mlm_without_a_likelihood(estimator, holed):
    choice = ce.Imputation(m=8, rounds=3, likert="matching")
    result = ce.confirm_factors(holed, MODEL, estimator=estimator, missing=choice, std_lv=True)
    fit = result.fit[0]
    assert fit.estimator == "MLM"
    assert (fit.aic, fit.log_likelihood) == (None, None)
    fiml = ce.confirm_factors(holed, MODEL, estimator="MLR", missing="fiml", std_lv=True)
    ours, theirs = (r.tidy("loadings") for r in (result, fiml))
    apart = abs(ours["estimate"] - theirs["estimate"])
    assert (apart < theirs["std_error"]).all()  # of the same answers: less than chance between


def test_groups_weights_predictors_and_levels_go_along(holed):
    settings = {"missing": CHOICE, "weights": "w"}
    levels = ce.compare_invariance(holed, MODEL, group="sex", **settings)
    assert {n.code for n in levels.notices} >= {"model_imputed", "model_weighted"}
    assert len(levels.levels) == 5
    causes = holed.assign(x=(holed["sex"] == "f") * 1.0)
    causes.loc[:20, "x"] = np.nan
    result = ce.fit_sem(causes, f"{MODEL}\nf ~ x", **settings)
    assert result.fit[0].n == 800
    assert result.tidy("parameters").query("op == '~'")["std_error"].notna().all()


def test_auxiliary_variables_tell_of_what_is_missing(holed):
    three = "f =~ a + b + c"
    alone = ce.confirm_factors(holed, three, missing=CHOICE)
    helped = ce.confirm_factors(
        holed, three, missing=ce.Imputation(m=8, rounds=3, seed=2, auxiliary=("d", "sex"))
    )
    assert not alone.tidy("loadings").equals(helped.tidy("loadings"))
    unknown = ce.Imputation(m=2, rounds=1, auxiliary=("sexx",))
    with pytest.raises(errors.MissingColumnsError, match="mean 'sex'"):
        ce.confirm_factors(holed, three, missing=unknown)


def test_aligned_groups_take_weights_and_no_imputations(whole, holed):
    frame = whole.assign(region=np.arange(800) % 3)
    survey = ce.with_weights(ce.read_survey(frame), frame["w"], name="weight")
    result = ce.align_groups(survey, MODEL, group="region")
    assert "model_weighted" in {notice.code for notice in result.notices}
    plain = ce.align_groups(frame, MODEL, group="region")
    assert not result.tidy().equals(plain.tidy())
    with pytest.raises(errors.UsageError, match="no imputed answers"):
        ce.align_groups(holed, MODEL, group="sex", missing=CHOICE)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cluster": "sex"}, "not resampled"),
        ({"bootstrap": ce.Bootstrap(reps=10)}, "not resampled"),
        ({"estimator": "DWLS"}, "does not take imputations"),
        ({"estimator": "ML", "weights": "w"}, "missing='fiml'"),
    ],
)
def test_what_does_not_go_with_imputing_is_said(settings, words, holed):
    with pytest.raises(errors.UsageError, match=words):
        ce.confirm_factors(holed, MODEL, missing=CHOICE, **settings)


def test_non_substantive_answers_are_left_out_unless_asked_for(village_survey):
    construct = village_survey.schema.constructs[0]
    items = [item.name for item in construct.items]
    absences = village_survey.absences.copy()
    absences.iloc[:5, absences.columns.get_loc(items[0])] = int(Absence.ASIDE)
    answers = village_survey.answers.copy()
    answers.iloc[:5, answers.columns.get_loc(items[0])] = np.nan
    survey = replace(village_survey, answers=answers, absences=absences)
    model = f"f =~ {' + '.join(items)}"
    left_out, imputed = (
        ce.confirm_factors(survey, model, missing=replace(CHOICE, m=2, rounds=1, asides=asides))
        for asides in (False, True)
    )
    assert dict(left_out.sample.dropped)[f"aside:{items[0]}"] >= 5
    assert left_out.sample.n_used < imputed.sample.n_used
    total = left_out.sample.n_used + sum(n for _, n in left_out.sample.dropped)
    assert total == left_out.sample.n_total == survey.n
