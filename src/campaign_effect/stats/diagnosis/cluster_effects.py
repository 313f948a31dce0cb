"""Whether the effects of clusters look as a random-intercept model assumes."""

from __future__ import annotations

from scipy import stats

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.diagnosis.linear_tests import MOST_FOR_SHAPIRO, AssumptionTest
from campaign_effect.stats.models.random_intercept import RandomInterceptFit


def normal_effects(fit: RandomInterceptFit) -> AssumptionTest:
    """Test whether the predicted effects of clusters are normal.

    Parameters
    ----------
    fit : RandomInterceptFit
        A model of 3 to 5,000 clusters that differ.

    Returns
    -------
    AssumptionTest
        Shapiro and Wilk's W of the conditional modes.

    Raises
    ------
    StatisticsError
        If clusters do not differ, or are too few or too many.

    Notes
    -----
    The modes are shrunken towards 0, the more the smaller the cluster, and look more normal
    than the effects they predict [1]_: a small p speaks against normality, a large one says
    little.

    References
    ----------
    .. [1] McCulloch, C. E., & Neuhaus, J. M. (2011). Misspecifying the shape of a random
       effects distribution: Why getting it wrong may not matter. Statistical Science, 26,
       388-402. https://doi.org/10.1214/11-STS361

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_random_intercept(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> round(normal_effects(fit).statistic, 3)
    1.0
    """
    if fit.is_boundary or not 3 <= fit.n_clusters <= MOST_FOR_SHAPIRO:
        raise StatisticsError(
            "Normal effects are tested of 3 to 5,000 clusters that differ.",
            received=f"{fit.n_clusters} clusters, standard deviation {fit.sd:.3g}",
        )
    found = stats.shapiro(fit.effects)
    return AssumptionTest(statistic=float(found.statistic), p_value=float(found.pvalue))
