"""Only those who agreed to take part are in a survey."""

from __future__ import annotations

import pandas as pd

from campaign_effect.errors import SurveyError
from campaign_effect.survey.model import Survey

NO_CONSENT = "no_consent"
"""The step of respondents who did not agree to take part."""


def honour_consent(survey: Survey) -> Survey:
    """Leave out who did not agree to take part, or did not say.

    Parameters
    ----------
    survey : Survey
        Its schema's role ``consent`` names the question and the answers that agree.

    Returns
    -------
    Survey
        Without them, the step on record; the same survey where nothing was asked.

    Raises
    ------
    SurveyError
        If nobody agreed.
    """
    consent = survey.schema.roles.consent
    if consent is None:
        return survey
    answers = survey.answers[consent.variable]
    is_text = isinstance(answers.dtype, pd.CategoricalDtype)
    agreed = [str(code) if is_text else float(code) for code in consent.agreed]
    rows = survey.answers.index[~answers.isin(agreed).to_numpy()]
    if len(rows) == survey.n:
        raise SurveyError(
            f"Nobody agreed to take part: {consent.variable!r} is never "
            f"{' or '.join(repr(code) for code in consent.agreed)}.",
            hint="check the codes under roles.consent in the schema.",
        )
    return survey.without(rows, reason=NO_CONSENT) if len(rows) else survey
