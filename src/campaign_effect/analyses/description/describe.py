"""Who answered, and what they answered."""

from __future__ import annotations

from campaign_effect.analyses.columns import construct_scores
from campaign_effect.analyses.description.answers import (
    answer_rows,
    correlation_rows,
    item_rows,
    score_rows,
)
from campaign_effect.analyses.description.respondents import respondent_rows
from campaign_effect.analyses.description.rows import DescriptionResult
from campaign_effect.analyses.description.weighted import survey_weights, weighting_rows
from campaign_effect.analyses.samples import any_answer_sample, everyone
from campaign_effect.survey import Survey, takes_survey


@takes_survey
def describe_items(survey: Survey, *, min_cell: int | None = None) -> DescriptionResult:
    """Describe respondents, items, answers, scores and correlations.

    Parameters
    ----------
    survey : Survey
        With the role ``weight``, shares, means and standard deviations are weighted; counts,
        alpha and correlations are not.
    min_cell : int, optional
        Counts of respondents and answers from 1 to one less are hidden, and others from which
        they could be worked out; the schema's by default (5). 1 hides nothing.

    Returns
    -------
    DescriptionResult
        Parts ``respondents`` (each variable, in all and by the schema's group), ``items``
        (*M* and *SD*, reverse-keyed items turned), ``answers`` (frequencies as asked),
        ``scores`` (with alpha), ``correlations`` (of two scores, among respondents with
        both) and ``weighting`` (the design effect and effective size of the weights). Each
        row says its own n.

    Notes
    -----
    What is hidden cannot be worked out from the counts, shares and totals of its own table,
    nor the answers to an item from its mean and standard deviation: where these would tell
    them, more answers are hidden (often four of five), and where that does not help, mean and
    standard deviation too. Other analyses publish the moments of items whatever their counts.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 3, None]}))
    >>> describe_items(survey, min_cell=1).tidy("items")[["item", "n", "mean"]].values.tolist()
    [['a', 3, 2.0]]
    """
    smallest = survey.schema.min_cell if min_cell is None else min_cell
    weights, scores = survey_weights(survey), construct_scores(survey)
    correlations, paired = correlation_rows(scores)
    items = any_answer_sample(
        survey, [name for names in survey.blocks.values() for name in names]
    )
    return DescriptionResult(
        min_cell=smallest,
        respondents=tuple(respondent_rows(survey, weights, smallest)),
        items=tuple(item_rows(survey, weights, smallest)),
        answers=tuple(answer_rows(survey, weights, smallest)),
        scores=tuple(score_rows(survey, scores, weights, smallest)),
        correlations=correlations,
        weighting=tuple(weighting_rows(survey)),
        samples=(
            ("respondents", everyone(survey)),
            ("items", items),
            ("answers", items),
            ("scores", items),
            ("correlations", paired),
            ("weighting", everyone(survey)),
        ),
        glossary=survey.glossary,
    )
