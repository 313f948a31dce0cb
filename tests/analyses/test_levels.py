"""Every level of an interval lies between 0 and 1."""

import inspect

import pytest

import campaign_effect as ce
from campaign_effect.errors import UsageError

MODEL = "f =~ trust_1 + trust_2 + trust_3"
CALLS = {
    "estimate_reliability": lambda s, level: ce.estimate_reliability(s, level=level),
    "check_validity": lambda s, level: ce.check_validity(s, level=level),
    "assess_items": lambda s, level: ce.assess_items(s, level=level),
    "confirm_factors": lambda s, level: ce.confirm_factors(s, MODEL, level=level),
    "fit_sem": lambda s, level: ce.fit_sem(s, MODEL, level=level),
    "compare_invariance": lambda s, level: ce.compare_invariance(
        s, MODEL, group="gender", level=level
    ),
    "align_groups": lambda s, level: ce.align_groups(s, MODEL, group="gender", level=level),
    "fit_effect": lambda s, level: ce.fit_effect(s, "age ~ whatsapp", level=level),
    "average_effects": lambda s, level: ce.average_effects(
        ce.fit_effect(s, "age ~ whatsapp", model=ce.Ols()), level=level
    ),
    "check_assumptions": lambda s, level: ce.check_assumptions(
        ce.fit_effect(s, "age ~ whatsapp", model=ce.Ols()), level=level
    ),
    "estimate_dose_response": lambda s, level: ce.estimate_dose_response(
        s, "whatsapp", "age ~ whatsapp", model=ce.Ols(), level=level
    ),
    "correct_measurement_error": lambda s, level: ce.correct_measurement_error(
        s, "message_trust", "age ~ message_trust", model=ce.Ols(), level=level
    ),
}


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
@pytest.mark.parametrize("name", CALLS)
def test_a_level_outside_is_refused(name, level, village_survey):
    with pytest.raises(UsageError, match="cannot cover"):
        CALLS[name](village_survey, level)


def test_no_analysis_with_a_level_is_forgotten():
    taking = {
        name
        for name in ce.__all__
        if inspect.isfunction(getattr(ce, name))
        and "level" in inspect.signature(getattr(ce, name)).parameters
    }
    assert taking <= set(CALLS)
