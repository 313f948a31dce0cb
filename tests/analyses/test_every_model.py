"""Every model through every question: an answer of numbers, or a refusal that says why."""

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce

N = 260
WITHOUT = tuple(f"without {v}" for v in range(10))  # weights without each village
MODELS = {
    "ols": (ce.Ols(), "number"),
    "lpm": (ce.Lpm(), "event"),
    "logit": (ce.Logit(), "event"),
    "probit": (ce.Probit(), "event"),
    "firth": (ce.Firth(), "event"),
    "fractional": (ce.FractionalLogit(), "share"),
    "ordered_logit": (ce.OrderedLogit(), "grade"),
    "ordered_probit": (ce.OrderedProbit(), "grade"),
    "partial": (ce.PartialOrderedLogit(free=("x",)), "grade"),
    "multinomial": (ce.Multinomial(), "choice"),
    "random_intercept": (ce.RandomIntercept(cluster="village"), "event"),
    "gee": (ce.Gee(cluster="village"), "event"),
    "gee_identity": (ce.Gee(cluster="village", link="identity"), "event"),
    "gee_probit": (ce.Gee(cluster="village", link="probit"), "event"),
}
OF_EQUATIONS = {"gee", "gee_identity", "gee_probit"}
OF_CATEGORIES = {"ordered_logit", "ordered_probit", "partial", "multinomial"}
QUESTIONS = {
    "effects": lambda effect, _: ce.average_effects(effect),
    "effects_at": lambda effect, _: ce.average_effects(
        effect, of="x", change="sd", at={"group": "b"}
    ),
    "predictions": lambda effect, _: ce.predict_probabilities(effect, "group"),
    "assumptions": lambda effect, _: ce.check_assumptions(effect),
    "comparison": lambda effect, smaller: ce.compare_models([smaller, effect]),
    "models": lambda effect, smaller: ce.tabulate_models([smaller, effect]),
    "odds_ratios": lambda effect, _: ce.tabulate_models(effect, show="odds_ratios"),
    "risk_ratios": lambda effect, _: ce.estimate_risk_ratios(effect),
    "moderation": lambda effect, _: ce.compare_effects(effect, of="x", by="group"),
    "exposures": lambda effect, _: ce.compare_exposures(effect, of=["x", "z"]),
}
REFUSED = {
    "exposures": (OF_CATEGORIES, "on every category"),
    "odds_ratios": (
        {"ols", "lpm", "probit", "ordered_probit", "gee_identity", "gee_probit"},
        "no odds ratios",
    ),
    "risk_ratios": ({"ols"}, "no probability"),
}
"""Questions, the models that have no answer to them, and what the refusal says."""


MAY_BE_EMPTY = {
    *("tests", "inflation", "discrimination", "calibration", "classification", "influence"),
    *("joint", "equality", "absent"),
}  # of the models that have none


@pytest.fixture(scope="module")
def survey():
    rng = np.random.default_rng(12)
    village = np.arange(N) % 10
    x, z = rng.integers(1, 6, N).astype(float), rng.normal(size=N)
    latent = 0.3 * x + 0.2 * z + 0.3 * rng.normal(size=10)[village] + rng.logistic(size=N)
    return ce.read_survey(
        pd.DataFrame(
            {
                "x": x,
                "z": z,
                "group": np.where(rng.random(N) < 0.5, "a", "b"),
                "village": [f"village {v}" for v in village],
                "w": 1.0,
                **{name: 10 / 9 * (village != v) for v, name in enumerate(WITHOUT)},
                "number": 3 + latent,
                "event": (latent > 1).astype(float),
                "share": 1 / (1 + np.exp(-latent)),
                "grade": np.digitize(latent, [0.0, 1.0, 2.0]).astype(float),
                "choice": rng.choice(["one", "other", "third"], N),
            }
        )
    )


@pytest.fixture(scope="module")
def effects(survey):
    """Every model, of three terms and of two."""
    found = {}
    for name, (model, outcome) in MODELS.items():
        vcov = None if model.cluster_column else ce.CR2(cluster="village")
        formulas = (f"{outcome} ~ x + z + group", f"{outcome} ~ x + group")
        found[name] = [ce.fit_effect(survey, f, model=model, vcov=vcov) for f in formulas]
    return found


def check_numbers(result):
    for part, rows in result.parts().items():
        assert rows or part in MAY_BE_EMPTY, part
        for row in rows:
            numbers = [value for value in vars_of(row) if isinstance(value, float)]
            assert np.isfinite(numbers).all(), row
    for language in ("en", "id"):
        assert ce.Report([result], language=language).to(".txt")


def vars_of(row):
    return [getattr(row, name) for name in row.__dataclass_fields__]


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_fitted_and_reported(name, effects):
    check_numbers(effects[name][0])


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", MODELS)
def test_every_question_has_an_answer_or_a_refusal(name, question, effects):
    models, words = REFUSED.get(question, ((), ""))
    if name in models:
        with pytest.raises(ce.CampaignEffectError, match=words):
            QUESTIONS[question](*effects[name])
        return
    check_numbers(QUESTIONS[question](*effects[name]))


@pytest.mark.parametrize("name", MODELS)
def test_few_clusters_are_checked(name, effects):
    check_numbers(ce.check_clusters(effects[name][0], of=["x"]))


@pytest.mark.parametrize(
    "vcov",
    [
        ce.Classic(),
        *(ce.HC0(), ce.HC1(), ce.HC2(), ce.HC3()),
        *(kind(cluster="village") for kind in (ce.CR0, ce.CR1, ce.CR2, ce.CV3)),
        ce.TwoWay(cluster="village", second="x"),
        ce.SurveyDesign(cluster="village"),
        ce.ReplicateWeights(weights="w", replicates=WITHOUT, scale=0.9),
    ],
    ids=lambda vcov: vcov.name,
)
@pytest.mark.parametrize("name", MODELS)
def test_every_covariance_is_estimated_or_refused(name, vcov, survey):
    model, outcome = MODELS[name]
    formula = f"{outcome} ~ x + group"
    if is_refused(name, vcov.name):
        with pytest.raises(ce.CampaignEffectError):
            ce.fit_effect(survey, formula, model=model, vcov=vcov)
        return
    rows = ce.fit_effect(survey, formula, model=model, vcov=vcov).tidy()
    assert np.isfinite(rows["std_error"]).all()
    assert (rows["std_error"] > 0).all()


def is_refused(name, vcov):
    if name == "random_intercept":
        return vcov not in {"classic", "CR0", "CR1", "CV3"}
    if name in OF_EQUATIONS:
        return vcov not in {"classic", "CR0", "CR1", "CR2", "CV3"}
    if vcov == "two_way":
        return name in OF_CATEGORIES
    return vcov in {"design", "replicates"} and name == "firth"
