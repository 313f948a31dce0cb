"""Weighted regressions and survey designs through the public API: R, and what must hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SOLVED, STOPPED

import campaign_effect as ce
from campaign_effect.analyses import ANALYSES
from campaign_effect.errors import StatisticsError, SurveyError, UsageError
from campaign_effect.survey.weights import require_weights

DATA = Path(__file__).parents[1] / "reference" / "data"
RTOL_SAME = 1e-7  # the same estimate by another way
RTOL_R = 1e-7  # closed forms, and Newton to the end on both sides
RTOL_JACKKNIFE = 1e-5  # R's glm stops once for each province, not at its own solution
RTOL_JOINT = 1e-6  # a quadratic form in an inverse of these
RTOL_OTHERS = 1e-6  # models without a closed form, searched by both
RTOL_AME = 1e-6  # R's gradients are by central differences
RTOL_DELTA = 0.15  # of first order, with 20 units
RTOL_AME_DF = 1e-4  # of such a gradient
FORMULA = "ab ~ imp + gender + urban"


@pytest.fixture(scope="module")
def ces():
    frame = pd.read_csv(DATA / "ces11.csv")
    interviewer = np.arange(1, len(frame) + 1) % 13
    return frame.assign(w=frame["weight"] / frame["weight"].mean(), interviewer=interviewer)


@pytest.fixture(scope="module")
def survey(ces):
    return ce.read_survey(ces)


@pytest.fixture(scope="module")
def expected(reference):
    return reference("weights")


@pytest.fixture(scope="module")
def api(expected):
    frame = pd.read_csv(DATA / "api1.csv")
    half = frame["dnum"] % 2
    replicates = np.array(expected["replicates"]["weights"])
    return ce.read_survey(
        frame.assign(
            w=frame["pw"] * (1 + np.arange(1, len(frame) + 1) % 3 / 2),
            half=half,
            villages=np.where(half == 1, 60, 40),
            alone=np.where(frame["dnum"] == 637, 2, half),
            **{f"w{r}": column for r, column in enumerate(replicates.T)},
        )
    )


MODELS = {"logit": ce.Logit(), "lpm": ce.Lpm()}
API_FORMULA = "y ~ ell + meals + api99"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_weighted_hc_agree_with_sandwich(kind, model, survey, expected):
    vcov = getattr(ce, kind)()
    found = ce.fit_effect(survey, FORMULA, model=MODELS[model], vcov=vcov, weights="w").tidy()
    assert_allclose(found["estimate"], expected[model]["b"], rtol=RTOL_R)
    assert_allclose(found["std_error"], expected[model]["hc"][kind], rtol=RTOL_R)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("vcov", "key", "rtol", "df"),
    [
        (ce.CR1(cluster="province"), "cr1", RTOL_R, 9),
        (ce.CV3(cluster="province"), "cv3", RTOL_JACKKNIFE, 9),
        (ce.TwoWay(cluster="interviewer", second="province"), "two_way", RTOL_R, 9),
    ],
    ids=["cr1", "cv3", "two_way"],
)
def test_weighted_clusters_agree_with_r(vcov, key, rtol, df, model, survey, expected):
    found = ce.fit_effect(survey, FORMULA, model=MODELS[model], vcov=vcov, weights="w").tidy()
    assert_allclose(found["std_error"], expected[model][key], rtol=rtol)
    assert set(found["df"]) == {df}


@pytest.mark.parametrize("model", MODELS)
def test_weighted_cr2_its_effects_and_joint_test_agree_with_clubsandwich(
    model, survey, expected
):
    vcov = ce.CR2(cluster="province")
    small, effect = (
        ce.fit_effect(survey, f, model=MODELS[model], vcov=vcov, weights="w")
        for f in ("ab ~ imp", FORMULA)
    )
    theirs = expected["cr2"][model]
    assert_allclose(effect.tidy()["std_error"], theirs["se"], rtol=RTOL_R)
    assert_allclose(effect.tidy()["df"], theirs["df"], rtol=RTOL_R)
    for row in ce.average_effects(effect, of=["imp", "gender"]).effects:
        ame = theirs["ame"][row.term]
        assert_allclose(row.estimate, ame["estimate"], rtol=RTOL_AME)
        assert_allclose(row.std_error, ame["se"], rtol=RTOL_AME)
        assert_allclose(row.df, ame["df"], rtol=RTOL_AME_DF)
    step = ce.compare_models([small, effect]).steps[1]
    assert_allclose(
        [step.statistic, step.df_2], [theirs["F"], theirs["df_denom"]], rtol=RTOL_JOINT
    )
    assert step.aic is step.lr_p_value is step.log_likelihood is None


DESIGNS = {
    "strata": (ce.SurveyDesign(weights="w", strata="province"), FORMULA),
    "units": (
        ce.SurveyDesign(weights="w", strata="half", cluster="dnum", fpc="villages"),
        API_FORMULA,
    ),
    "lonely": (ce.SurveyDesign(weights="w", strata="alone", cluster="dnum"), API_FORMULA),
}


def check_design(effect, theirs):
    rows = effect.tidy()
    assert_allclose(rows["estimate"], theirs["b"], rtol=RTOL_R)
    assert_allclose(rows["std_error"], theirs["se"], rtol=RTOL_R)
    assert set(rows["df"]) == {theirs["df"]}
    for row in ce.average_effects(effect, of=list(theirs["ame"])).effects:
        assert_allclose(row.estimate, theirs["ame"][row.term]["estimate"], rtol=RTOL_AME)
        assert_allclose(row.std_error, theirs["ame"][row.term]["se"], rtol=RTOL_AME)
        assert row.df == theirs["df"]


@pytest.mark.parametrize("design", DESIGNS)
def test_designs_and_their_average_effects_agree_with_svyglm(design, survey, api, expected):
    vcov, formula = DESIGNS[design]
    effect = ce.fit_effect(survey if design == "strata" else api, formula, vcov=vcov)
    check_design(effect, expected["design"][design])
    codes = {notice.code for notice in effect.notices}
    assert ("lonely_strata" in codes) == (design == "lonely")


@pytest.mark.parametrize("design", ["units", "strata"])
def test_respondents_without_an_answer_still_count_as_drawn(design, api, ces, expected):
    vcov, formula = DESIGNS[design]
    if design == "units":
        frame = api.answers
        is_lost = (np.arange(1, len(frame) + 1) % 5 == 0) | (frame["dnum"] == 716)
        frame = frame.assign(y=frame["y"].mask(is_lost))
    else:
        frame = ces.assign(imp=ces["imp"].mask(np.arange(1, len(ces) + 1) % 5 == 0))
    rows = ce.fit_effect(ce.read_survey(frame), formula, vcov=vcov).tidy()
    theirs = expected["lost"][design]
    assert_allclose(rows["estimate"], theirs["b"], rtol=RTOL_R)
    assert_allclose(rows["std_error"], theirs["se"], rtol=RTOL_R)
    assert set(rows["df"]) == {theirs["df"]}


def test_replicate_weights_agree_with_svyglm(api, expected):
    theirs = expected["replicates"]
    names = tuple(f"w{r}" for r in range(len(theirs["scales"])))
    vcov = ce.ReplicateWeights(weights="w", replicates=names, scale=tuple(theirs["scales"]))
    check_design(ce.fit_effect(api, API_FORMULA, vcov=vcov), theirs)


def test_average_effects_of_categories_vary_as_over_the_replicates(ces):
    """The delta method takes the respondents as given; the replicates draw them as well."""
    unit = ces.groupby("province").ngroup().to_numpy() * 2 + np.arange(len(ces)) % 2
    names = tuple(f"without {g}" for g in range(20))
    without = {name: ces["w"] * 20 / 19 * (unit != g) for g, name in enumerate(names)}
    survey = ce.read_survey(ces.assign(**without))

    def effects(vcov, weights):
        choices = {"model": ce.Multinomial(), "vcov": vcov, "weights": weights}
        return ce.average_effects(ce.fit_effect(survey, "imp ~ gender + ab", **choices)).tidy()

    found = effects(ce.ReplicateWeights(weights="w", replicates=names, scale=0.95), "w")
    again = np.array([effects(ce.HC0(), name)["estimate"] for name in names])
    spread = np.sum((again - found["estimate"].to_numpy()) ** 2, axis=0)
    assert_allclose(found["std_error"], np.sqrt(0.95 * spread), rtol=RTOL_DELTA)
    assert set(found["df"]) == {20 - 1 - 2}


def test_joint_tests_of_a_design_agree_with_r(api, expected):
    vcov = DESIGNS["units"][0]
    steps = [ce.fit_effect(api, f, vcov=vcov) for f in ("y ~ ell", API_FORMULA)]
    step = ce.compare_models(steps).steps[1]
    theirs = expected["design"]["units"]
    assert_allclose([step.statistic, step.p_value], [theirs["F"], theirs["p"]], rtol=RTOL_JOINT)


def test_weighted_measures_of_fit_agree_with_r(survey, expected):
    theirs = expected["fit"]
    logit, lpm = (
        ce.fit_effect(survey, FORMULA, model=model, vcov=ce.HC3(), weights="w").fits[0]
        for model in MODELS.values()
    )
    assert_allclose([logit.nagelkerke, logit.auc], [theirs["nagelkerke"], theirs["auc"]])
    assert_allclose([lpm.r2, lpm.r2_adjusted], [theirs["r2"], theirs["r2_adjusted"]])


def numbers(effect):
    return effect.tidy()[["estimate", "std_error"]].to_numpy(dtype=float)


VCOVS = [
    *(getattr(ce, name)() for name in ("HC0", "HC1", "HC2", "HC3")),
    *(getattr(ce, name)(cluster="province") for name in ("CR0", "CR1", "CR2", "CV3")),
    ce.TwoWay(cluster="province", second="gender"),
]


@pytest.mark.parametrize("vcov", VCOVS, ids=lambda vcov: vcov.name)
@pytest.mark.parametrize("model", [ce.Logit(), ce.Lpm()], ids=["logit", "lpm"])
def test_weights_of_one_are_no_weights(vcov, model, ces):
    survey = ce.read_survey(ces.assign(one=1.0))
    plain = ce.fit_effect(survey, FORMULA, model=model, vcov=vcov)
    equal = ce.fit_effect(survey, FORMULA, model=model, vcov=vcov, weights="one")
    assert_allclose(numbers(equal), numbers(plain), rtol=RTOL_SAME, atol=ROUNDING)
    one, other = plain.fits[0], equal.fits[0]
    assert_allclose(other.effective_n, other.n)
    for name in ("r2", "mcfadden", "nagelkerke", "tjur", "auc", "brier"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


@pytest.mark.parametrize(
    "vcov", [*VCOVS, ce.SurveyDesign(strata="province")], ids=lambda vcov: vcov.name
)
def test_the_unit_of_weights_changes_nothing(vcov, ces):
    survey = ce.read_survey(ces.assign(thousand=ces["w"] * 1000))
    one, other = (
        ce.fit_effect(survey, FORMULA, vcov=vcov, weights=name) for name in ("w", "thousand")
    )
    assert_allclose(numbers(one), numbers(other), rtol=RTOL_SAME, atol=ROUNDING)


@pytest.mark.parametrize("model", [ce.Logit(), ce.Lpm()], ids=["logit", "lpm"])
def test_whole_weights_are_repeated_rows(model, ces):
    times = np.arange(len(ces)) % 3 + 1
    weighted = ce.read_survey(ces.assign(times=times))
    repeated = ce.read_survey(ces.loc[ces.index.repeat(times)].reset_index(drop=True))
    one = ce.fit_effect(weighted, FORMULA, model=model, weights="times")
    other = ce.fit_effect(repeated, FORMULA, model=model)
    assert_allclose(one.tidy()["estimate"], other.tidy()["estimate"], rtol=RTOL_SAME)
    ames = [ce.average_effects(effect).tidy()["estimate"] for effect in (one, other)]
    assert_allclose(*ames, rtol=RTOL_SAME)


def test_respondents_without_a_positive_weight_are_counted(ces):
    w = ces["w"].copy()
    w.iloc[:2], w.iloc[2], w.iloc[3:6] = 0.0, -1.0, np.nan
    survey = ce.read_survey(ces.assign(w=w))
    sample = ce.fit_effect(survey, FORMULA, weights="w").sample
    assert dict(sample.dropped) == {"impossible:w": 3, "blank:w": 3}
    kept = ce.read_survey(ces.iloc[6:].reset_index(drop=True))
    one, other = (ce.fit_effect(s, FORMULA, weights="w") for s in (survey, kept))
    assert_allclose(numbers(one), numbers(other), rtol=RTOL_SAME)


def test_words_are_no_weights(survey):
    with pytest.raises(SurveyError, match="must hold numbers"):
        ce.fit_effect(survey, FORMULA, weights="gender")


def test_models_without_weights_say_so(survey):
    with pytest.raises(StatisticsError, match="Firth takes no weights") as refused:
        ce.fit_effect(survey, FORMULA, model=ce.Firth(), weights="w")
    assert "weights=False" in str(refused.value)


def test_the_classic_covariance_takes_no_weights(survey):
    with pytest.raises(UsageError, match="takes weights for counts"):
        ce.fit_effect(survey, FORMULA, vcov=ce.Classic(), weights="w")


def test_weights_are_named_once(survey):
    with pytest.raises(UsageError, match="has the weights 'w'"):
        ce.fit_effect(survey, FORMULA, vcov=ce.SurveyDesign(weights="w"), weights="weight")


def test_every_sample_says_the_weights(survey, ces):
    effect = ce.fit_effect(survey, FORMULA, vcov=ce.HC3(), weights="w")
    kish = ces["w"].sum() ** 2 / (ces["w"] ** 2).sum()
    margins = ce.average_effects(effect)
    for sample in (
        effect.sample,
        margins.sample,
        ce.predict_probabilities(effect, "imp").sample,
    ):
        assert sample.weight == "w"
        assert sample.effective_n == pytest.approx(kish)
    assert (effect.fits[0].weight, effect.fits[0].n) == ("w", len(ces))


def role(survey, **roles):
    """Give columns of a survey without a schema their roles."""
    schema = survey.schema
    given = schema.model_copy(update={"roles": schema.roles.model_copy(update=roles)})
    return replace(survey, schema=given)


@pytest.mark.parametrize(
    ("roles", "vcov", "notices"),
    [
        ({"weight": "w", "cluster": "province"}, "CR2", set()),
        (
            {"weight": "w", "cluster": "province", "strata": "urban"},
            "CR2",
            {"strata_unused"},
        ),
        ({"weight": "w", "strata": "province"}, "design", set()),
        ({"weight": "w"}, "HC3", set()),
        ({"strata": "province"}, "HC3", {"strata_unused"}),
    ],
    ids=["cluster", "cluster_and_strata", "strata", "weight", "unweighted"],
)
def test_the_schema_chooses_weights_and_covariance(roles, vcov, notices, survey):
    effect = ce.fit_effect(role(survey, **roles), FORMULA)
    assert effect.fits[0].vcov == vcov
    assert effect.fits[0].weight == roles.get("weight")
    assert {notice.code for notice in effect.notices} - {"few_clusters"} == notices


def test_a_weighted_survey_can_be_fitted_without_weights(survey):
    weighted = role(survey, weight="w")
    effect = ce.fit_effect(weighted, FORMULA, weights=False)
    assert_allclose(numbers(effect), numbers(ce.fit_effect(survey, FORMULA)))
    assert {notice.code for notice in effect.notices} == {"regression_unweighted"}
    assert effect.sample.weight is None


def test_two_ways_that_give_no_covariance_are_said(survey):
    vcov = ce.TwoWay(cluster="urban", second="gender")
    effect = ce.fit_effect(survey, FORMULA, vcov=vcov)
    assert "two_way_repaired" in {notice.code for notice in effect.notices}
    row = effect.fits[0]
    assert (row.cluster, row.n_clusters) == ("urban", 2)
    assert (row.second_cluster, row.n_second_clusters) == ("gender", 2)


OTHERS = {
    "probit": (ce.Probit(), FORMULA),
    "ordered_logit": (ce.OrderedLogit(), "imp ~ gender + urban + ab"),
    "ordered_probit": (ce.OrderedProbit(), "imp ~ gender + urban + ab"),
    "multinomial": (ce.Multinomial(), "imp ~ gender + urban + ab"),
}


@pytest.mark.parametrize("model", OTHERS)
def test_other_models_with_weights_agree_with_r(model, survey, reference):
    chosen, formula = OTHERS[model]
    vcov = ce.SurveyDesign(weights="w", strata="province")
    effect = ce.fit_effect(survey, formula, model=chosen, vcov=vcov)
    theirs = reference("weighted_categories")[model]
    columns = effect.pooled[0].first.design.terms
    same = columns[-3:] == ("gender[T.Male]", "urban[T.urban]", "ab")
    assert model == "probit" or same
    assert_allclose(effect.tidy()["estimate"], theirs["b"], rtol=RTOL_OTHERS, atol=STOPPED)
    assert_allclose(effect.tidy()["std_error"], theirs["strata"], rtol=RTOL_OTHERS)
    assert set(effect.tidy()["df"]) == {effect.fits[0].n - 10 - 3}


@pytest.mark.parametrize("model", OTHERS)
def test_other_models_with_weights_of_one_are_unweighted(model, ces):
    chosen, formula = OTHERS[model]
    survey = ce.read_survey(ces.assign(one=1.0))
    for vcov in (ce.HC3(), ce.CR1(cluster="province"), ce.CR2(cluster="province")):
        plain, equal = (
            ce.fit_effect(survey, formula, model=chosen, vcov=vcov, weights=weights)
            for weights in (False, "one")
        )
        assert_allclose(numbers(equal), numbers(plain), rtol=RTOL_OTHERS, atol=SOLVED)
        ames = [
            ce.average_effects(effect, of="urban").tidy()[["estimate", "std_error", "df"]]
            for effect in (plain, equal)
        ]
        assert_allclose(*(ame.to_numpy(dtype=float) for ame in ames), rtol=RTOL_OTHERS)
        assert equal.fits[0].mcfadden == pytest.approx(plain.fits[0].mcfadden)
        assert equal.fits[0].lr_chi2 is None


def test_averages_of_categories_are_weighted(survey, ces):
    """Predicted shares of a multinomial logit add up to the weighted shares of the answers."""
    effect = ce.fit_effect(
        survey, "imp ~ gender", model=ce.Multinomial(), vcov=ce.HC3(), weights="w"
    )
    rows = ce.predict_probabilities(effect, "gender", values=["Male"]).predictions
    men = ces[ces["gender"] == "Male"]
    shares = men.groupby("imp")["w"].sum() / men["w"].sum()
    assert_allclose([row.estimate for row in rows], shares, rtol=RTOL_OTHERS)


def test_two_ways_need_one_equation(survey):
    vcov = ce.TwoWay(cluster="province", second="interviewer")
    with pytest.raises(StatisticsError, match="one equation"):
        ce.fit_effect(survey, "imp ~ gender", model=ce.OrderedLogit(), vcov=vcov, weights="w")


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicates": ("w",), "scale": 1.0},
        {"replicates": "w0", "scale": 1.0},
        {"replicates": ("w0", "w1"), "scale": (1.0, 1.0, 1.0)},
        {"replicates": ("w0", "w1"), "scale": -0.5},
    ],
)
def test_replicate_weights_that_cannot_be_are_refused(wrong):
    with pytest.raises(UsageError):
        ce.ReplicateWeights(weights="w", **wrong)


def test_negative_replicate_weights_are_refused(ces):
    survey = ce.read_survey(ces.assign(r1=ces["w"], r2=-ces["w"]))
    vcov = ce.ReplicateWeights(weights="w", replicates=("r1", "r2"), scale=0.5)
    with pytest.raises(SurveyError, match="must not be negative"):
        ce.fit_effect(survey, FORMULA, vcov=vcov)


def test_terms_beyond_the_sampling_units_are_refused(survey):
    vcov = ce.SurveyDesign(weights="w", cluster="urban")
    with pytest.raises(StatisticsError, match="no degrees of freedom"):
        ce.fit_effect(survey, FORMULA, vcov=vcov)


def test_the_panel_of_few_villages_takes_the_weights(survey):
    effect = ce.fit_effect(survey, FORMULA, vcov=ce.CR2(cluster="province"), weights="w")
    panel = ce.check_clusters(effect, of="imp")
    row = effect.tidy().set_index("term").loc["imp"]
    tests = {test.method: test for test in panel.tests}
    assert tests["method.CR2"].p_value == pytest.approx(row["p_value"])
    assert tests["method.CR1"].estimate == pytest.approx(row["estimate"])
    assert panel.sample.weight == "w"


def test_imputed_models_take_the_weights(ces):
    rng = np.random.default_rng(3)
    holed = ces.assign(imp=ces["imp"].where(rng.random(len(ces)) > 0.1))
    part = ce.read_survey(holed.iloc[:400].reset_index(drop=True))
    effect = ce.fit_effect(
        part,
        "ab ~ imp + gender",
        vcov=ce.SurveyDesign(weights="w", strata="province"),
        missing=ce.Imputation(m=2, rounds=2),
    )
    assert effect.sample.weight == "w"
    assert effect.sample.n_used == 400
    assert effect.fits[0].strata == "province"


@pytest.mark.parametrize("name", ["groups", "thesis", "factors", "validity"])
def test_analyses_without_weights_say_so(name, village_survey):
    survey = role(village_survey, weight="age")
    weighted = require_weights(survey)
    notices = ANALYSES[name](weighted).notices
    assert "not_weighted" in {notice.code for notice in notices}
    assert "not_weighted" not in {
        notice.code for notice in ANALYSES[name](village_survey).notices
    }
