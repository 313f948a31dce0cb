"""Fit of models of categories."""

import numpy as np
from numpy.testing import assert_allclose

from campaign_effect.stats.diagnosis.category_statistics import category_statistics
from campaign_effect.stats.diagnosis.fit_statistics import binary_statistics
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.multinomial import fit_multinomial
from campaign_effect.stats.models.ordered import fit_ordered

RTOL_SAME_FORMULA = 1e-9  # the same likelihoods by two routes


def test_two_categories_have_the_statistics_of_the_logit(villages):
    y = villages.y.astype(int)
    binary = binary_statistics(fit_logit(villages.X, villages.y))
    for fit in (fit_multinomial(villages.X, y), fit_ordered(villages.X[:, 1:], y)):
        found = category_statistics(fit)
        for name in ("deviance", "lr", "p_value", "mcfadden", "cox_snell", "nagelkerke"):
            assert_allclose(getattr(found, name), getattr(binary, name), rtol=RTOL_SAME_FORMULA)
        assert found.df_model == binary.df_model


def test_the_null_likelihood_is_that_of_the_intercepts(steps):
    null = fit_multinomial(np.ones((240, 1)), steps.y)
    found = category_statistics(fit_ordered(steps.X, steps.y))
    assert_allclose(found.null_deviance, -2 * null.log_likelihood, rtol=RTOL_SAME_FORMULA)
    assert found.df_model == 3
    assert np.isnan(category_statistics(null).p_value)
