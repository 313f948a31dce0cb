"""Effect models through the public API: R's numbers, and what must hold of any model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED, SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import (
    CollinearityError,
    FormulaError,
    MissingColumnsError,
    SeparationError,
    SurveyError,
    UsageError,
)

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "effects.json").read_text(encoding="utf-8")
)
ATOL_COEFFICIENT = 1e-8  # R's glm with epsilon = 1e-14 and our Newton end at the same point
RTOL_STD_ERROR = 1e-7  # the same formula in float64 on both sides
ATOL_DF = 1e-5  # clubSandwich sums in another order
ATOL_AME = 1e-6  # R's Jacobian is by central differences
RTOL_AME_DF = 1e-4  # of a gradient by central differences in R
FORMULA = "y ~ sex + age + edu + inc + statusquo"


@pytest.fixture(scope="module")
def survey(chile):
    return ce.read_survey(chile)


def block(name):
    return REFERENCE["values"][name]


def test_logit_agrees_with_glm(survey):
    rows = ce.fit_effect(survey, FORMULA, vcov=ce.Classic()).tidy()
    assert_allclose(rows["estimate"], block("chile_logit")["coef"]["b"], atol=ATOL_COEFFICIENT)
    assert_allclose(rows["std_error"], block("chile_logit")["coef"]["se"], rtol=RTOL_STD_ERROR)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_hc_agrees_with_sandwich(survey, kind):
    rows = ce.fit_effect(survey, FORMULA, vcov=getattr(ce, kind)()).tidy()
    assert_allclose(rows["std_error"], block("chile_logit")["hc"][kind], rtol=RTOL_STD_ERROR)


def test_cr1_agrees_with_sandwich(survey):
    rows = ce.fit_effect(survey, FORMULA, vcov=ce.CR1(cluster="comm")).tidy()
    assert_allclose(rows["std_error"], block("chile_logit")["cr"]["CR1"], rtol=RTOL_STD_ERROR)


@pytest.mark.parametrize(
    ("name", "cluster", "model"),
    [
        ("chile_logit", "comm", ce.Logit()),
        ("chile_region", "region", ce.Logit()),
        ("chile_lpm", "comm", ce.Lpm()),
    ],
)
def test_cr2_and_its_df_agree_with_clubsandwich(survey, name, cluster, model):
    rows = ce.fit_effect(survey, FORMULA, model=model, vcov=ce.CR2(cluster=cluster)).tidy()
    assert_allclose(rows["std_error"], block(name)["cr"]["CR2"], rtol=RTOL_STD_ERROR)
    assert_allclose(rows["df"], block(name)["cr"]["df"], atol=ATOL_DF)


def test_average_effects_with_an_interaction_agree_with_r(survey):
    """The case in which derivatives of single coefficients go wrong."""
    formula = "y ~ sex + age + edu * statusquo + inc"
    effect = ce.fit_effect(survey, formula, vcov=ce.CR2(cluster="comm"))
    wanted = block("chile_int")["ame"]
    names = ["statusquo", "age", "inc", "sex"]
    rows = ce.average_effects(effect, of=names).tidy()
    assert list(rows["term"]) == names
    assert_allclose(rows["estimate"], [wanted[n]["estimate"] for n in names], atol=ATOL_AME)
    assert_allclose(rows["std_error"], [wanted[n]["CR2"] for n in names], atol=ATOL_AME)
    assert_allclose(rows["df"], [wanted[n]["df"] for n in names], rtol=RTOL_AME_DF)


def test_average_effect_of_a_curve_is_its_finite_difference(survey):
    """With a square, the change of everyone by a little is the derivative."""
    effect = ce.fit_effect(survey, "y ~ statusquo + I(statusquo ** 2) + age")
    (row,) = ce.average_effects(effect, of="statusquo").effects
    one = effect.models[0]
    little = 1e-5

    def mean(shift):
        moved = one.answers.assign(statusquo=one.answers["statusquo"] + shift)
        return float(np.mean(one.fit.link.mean(one.design.of(moved) @ one.fit.beta)))

    assert_allclose(row.estimate, (mean(little) - mean(-little)) / (2 * little), rtol=SEARCHED)


def test_average_effect_of_a_linear_model_is_its_coefficient(survey):
    effect = ce.fit_effect(survey, FORMULA, model=ce.Lpm(), vcov=ce.CR2(cluster="comm"))
    slope = effect.tidy().set_index("term").loc["statusquo"]
    (row,) = ce.average_effects(effect, of="statusquo").effects
    assert_allclose(
        [row.estimate, row.std_error, row.df], slope[["estimate", "std_error", "df"]].tolist()
    )


@pytest.mark.parametrize("model", [ce.Logit(), ce.OrderedLogit(), ce.RandomIntercept("comm")])
def test_a_column_of_its_own_has_the_effect_of_any_other(survey, model):
    formulas = ["y ~ statusquo + sex + age", "y ~ I(statusquo * 1) + sex + I(age + 0)"]
    own, made = (
        ce.average_effects(ce.fit_effect(survey, f, model=model), of=["statusquo", "age"])
        for f in formulas
    )
    for column in ("estimate", "std_error"):
        found, expected = own.tidy()[column], made.tidy()[column]
        assert_allclose(found.astype(float), expected.astype(float), rtol=RTOL_STD_ERROR)


def test_average_effects_ignore_the_unit_of_other_columns(survey, chile):
    scaled = ce.read_survey(chile.assign(age=chile["age"] * 1000 + 5))
    one, other = (
        ce.average_effects(ce.fit_effect(s, FORMULA), of="statusquo").tidy()["estimate"]
        for s in (survey, scaled)
    )
    assert_allclose(one, other, rtol=SOLVED_TWICE)


def test_base_of_a_factor_follows_the_categorical_then_the_sorted_values(survey, chile):
    terms = set(ce.fit_effect(survey, FORMULA).tidy()["term"])
    assert {"edu[T.S]", "edu[T.PS]", "sex[T.M]"} <= terms
    turned = chile.assign(sex=pd.Categorical(chile["sex"], ["M", "F"]))
    assert "sex[T.F]" in set(ce.fit_effect(ce.read_survey(turned), FORMULA).tidy()["term"])


def test_names_with_dots_and_spaces_are_read():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"econ.now": rng.normal(size=50), "the age": rng.normal(size=50)})
    frame["y"] = frame["econ.now"] + rng.normal(size=50)
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ econ.now * `the age`", model=ce.Ols())
    assert list(effect.tidy()["term"])[1:] == ["econ.now", "the age", "econ.now:the age"]


def test_schema_gives_one_model_an_outcome(village_survey):
    effect = ce.fit_effect(village_survey)
    assert set(effect.tidy()["outcome"]) == {"voted_calon_1", "took_part"}
    assert {fit.vcov for fit in effect.fits} == {"CR2"}
    for outcome in ("voted_calon_1", "took_part"):
        sample = effect.sample_of(outcome)
        assert sample.n_used < sample.n_total


def test_a_term_of_one_village_has_no_test():
    rng = np.random.default_rng(1)
    village = np.repeat(np.arange(6), 20)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 120), "x": village == 0, "v": village})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", vcov=ce.CR2(cluster="v"))
    (row,) = (row for row in effect.coefficients if row.term == "x")
    assert row.p_value is None
    assert row.conf_low is None
    assert "one_cluster_only" in {notice.code for notice in effect.notices}


def frame_of(**columns):
    base = {"y": [0, 1, 0, 1, 1, 0, 0, 1], "x": [1, 2, 3, 4, 3, 2, 1, 1]}
    return ce.read_survey(pd.DataFrame(base | columns))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y x", "no outcome or no terms"),
        ("y ~ ", "no outcome or no terms"),
        ("y ~ xx", "names 'xx'.*\n.*\n.*did you mean 'x'"),
        ("z ~ x", "names 'z'"),
        ("y ~ __import__('os')", "names '__import__'"),
        ("y ~ x.__class__", "names 'x.__class__'"),
        ("y ~ {x}", "sign '{'"),
        ("y ~ x @ x", "sign '@'"),
        ("y ~ eval('x')", "names 'eval'"),
        ("y ~ (x", "cannot be applied"),
    ],
)
def test_formula_outside_the_allowed_words_is_refused(formula, words):
    with pytest.raises(FormulaError, match=words):
        ce.fit_effect(frame_of(), formula)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"y": [1] * 8}, "outcome 'y' has one value"),
        ({"x": [2] * 8}, "regressor 'x' has one value"),
        ({"y": [1, 2] * 4}, "not coded 0 and 1"),
        ({"y": list("abababab")}, "not a number"),
        ({"x": [None] * 8}, "No respondent has every answer"),
        ({"x": list("abcdefgh")}, "8 complete answers for 8 terms"),
    ],
)
def test_answers_that_need_mending_are_refused(columns, words):
    with pytest.raises(SurveyError, match=words):
        ce.fit_effect(frame_of(**columns), "y ~ x")


def test_separation_names_its_terms():
    with pytest.raises(SeparationError, match=r"complete separation.*\n.*'x'"):
        ce.fit_effect(frame_of(x=[0, 9, 1, 8, 7, 2, 1, 9]), "y ~ x")


def test_collinear_terms_are_named():
    survey = frame_of(z=[2, 4, 6, 8, 6, 4, 2, 2])
    with pytest.raises(CollinearityError, match="'z'"):
        ce.fit_effect(survey, "y ~ x + z", model=ce.Lpm())


def test_unknown_cluster_and_variable_name_the_nearest():
    survey = frame_of(village=[1, 1, 2, 2, 3, 3, 4, 4])
    with pytest.raises(MissingColumnsError, match="did you mean 'village'"):
        ce.fit_effect(survey, "y ~ x", vcov=ce.CR2(cluster="vilage"))
    effect = ce.fit_effect(survey, "y ~ x", model=ce.Lpm())
    with pytest.raises(UsageError, match="no variable of"):
        ce.average_effects(effect, of="age")


def test_a_number_called_a_factor_is_contrasted_level_by_level(survey, chile):
    numbered = ce.read_survey(chile.assign(level=chile["edu"].cat.codes))
    formula = "y ~ sex + age + {} + inc + statusquo"
    one = ce.average_effects(ce.fit_effect(numbered, formula.format("C(level)")), of="level")
    other = ce.average_effects(ce.fit_effect(survey, formula.format("edu")), of="edu")
    assert [row.contrast for row in one.effects] == ["1 - 0", "2 - 0"]
    for column in ("estimate", "std_error"):
        assert_allclose(one.tidy()[column], other.tidy()[column], rtol=SOLVED_TWICE)


def test_average_effect_of_a_spline_is_its_finite_difference(survey):
    effect = ce.fit_effect(survey, "y ~ bs(age, df=4) + statusquo")
    (row,) = ce.average_effects(effect, of="age").effects
    one = effect.models[0]
    inside = one.answers["age"].clip(one.answers["age"].min() + 1, one.answers["age"].max() - 1)
    assert np.isfinite(row.estimate)
    assert np.isfinite(row.std_error)
    assert abs(row.estimate) < 1 / np.ptp(inside)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ x**999999999", "to the power 999999999"),
        ("y ~ I(9**9**9**9)", "to the power 9"),
        ("y ~ (x + z)^40", "to the power 40"),
        ("y ~ log(z)", "cannot be applied to these answers"),
        ("y ~ 0", "has no terms"),
        ("y ~ I(x[0])", "cannot be applied|names|sign"),
    ],
)
def test_formulas_that_would_hang_or_have_no_value_are_refused(formula, words):
    with pytest.raises(FormulaError, match=words):
        ce.fit_effect(frame_of(z=[-1, 2, 3, -4, 5, 6, 7, 8]), formula, model=ce.Lpm())


@pytest.mark.parametrize("function", ["exp", "log", "poly"])
def test_columns_named_like_letters_of_functions_are_read(function):
    letters = {name: np.linspace(1, 2, 8) ** (i + 1) for i, name in enumerate("epols")}
    survey = frame_of(**letters)
    inner = "poly(o, 2)" if function == "poly" else f"{function}(x)"
    effect = ce.fit_effect(survey, f"y ~ {inner} + e", model=ce.Lpm())
    assert effect.tidy()["term"].iloc[-1] == "e"


def test_an_interval_that_covers_nothing_is_refused():
    for level in (0, 1, 1.5, -1):
        with pytest.raises(UsageError, match="cannot cover"):
            ce.fit_effect(frame_of(), "y ~ x", model=ce.Lpm(), level=level)
