"""Whether the answers can be trusted, and leaving out whom the schema excludes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from campaign_effect.analyses.quality.flags import count_flags, list_flags, run_checks
from campaign_effect.analyses.quality.missing import (
    aside_rows,
    missing_test,
    pattern_rows,
    person_rows,
    question_rows,
)
from campaign_effect.analyses.quality.rows import Exclusion, QualityResult
from campaign_effect.analyses.samples import everyone
from campaign_effect.errors import SurveyError
from campaign_effect.results import Notice
from campaign_effect.survey import Survey, takes_survey


@takes_survey
def check_quality(survey: Survey, *, min_cell: int | None = None) -> QualityResult:
    """Count what is missing and flag the respondents who need a second look.

    Nobody is left out here: `Survey.without` does that, and keeps the reason.

    Parameters
    ----------
    survey : Survey
    min_cell : int, optional
        Counts of answers aside from 1 to one less are hidden; the schema's by default (5).

    Returns
    -------
    QualityResult
        Parts ``questions`` (missing per question), ``persons`` (missing per respondent),
        ``patterns`` (the commonest, a row a missing question), ``missing_test`` (Little's
        test; empty where nothing is missing or it cannot be computed), ``asides``
        (non-substantive answers), ``flag_counts`` (with cut-off and source), ``flags`` and
        ``exclusions``.

    Notes
    -----
    *duplicate*: all the answers of an earlier row, at least ten. *same_person*: its telephone
    number, e-mail or identity number, compared as salted hashes. *same_device*: its IP address
    or device [8]_, unless more than half of the rows share theirs, as with interviewers or an
    office. *near_duplicate*: more than
    85% of an earlier row's answers [1]_. *speeder*: less than half the median's time [2]_.
    *straight_lining*: one answer to every item of all scales as asked, at least six: an
    intra-individual standard deviation of zero [3]_. *long_run*: one answer to half of all
    items in a row [4]_. *inconsistent*: even-odd consistency below .30, with five scales or
    more [5]_. *outlying*: Mahalanobis distance at p < .001 [6]_. *failed_attention*: a question
    of the schema's role ``attention`` answered in another way. *impossible_age*: outside the
    bounds of the schema, or of 10 and 120. *under_18*: minors, who may vote at 17; flagged
    since their data are protected. *bot_pattern*: five equal gaps between submissions in a row
    [7]_; devices that hand in stored answers look alike. A flag is no verdict.

    References
    ----------
    .. [1] Kuriakose, N., & Robbins, M. (2016). Don't get duped: Fraud through duplication in
       public opinion surveys. Statistical Journal of the IAOS, 32, 283-291.
       https://doi.org/10.3233/SJI-160978
    .. [2] Greszki, R., Meyer, M., & Schoen, H. (2015). Exploring the effects of removing "too
       fast" responses and respondents from web surveys. Public Opinion Quarterly, 79,
       471-503. https://doi.org/10.1093/poq/nfu058
    .. [3] Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018).
       Intra-individual response variability as an indicator of insufficient effort
       responding. Journal of Business and Psychology, 33, 105-121.
       https://doi.org/10.1007/s10869-016-9479-0
    .. [4] Curran, P. G. (2016). Methods for the detection of carelessly invalid responses in
       survey data. Journal of Experimental Social Psychology, 66, 4-19.
       https://doi.org/10.1016/j.jesp.2015.07.006
    .. [5] Johnson, J. A. (2005). Ascertaining the validity of individual protocols from
       Web-based personality inventories. Journal of Research in Personality, 39, 103-129.
       https://doi.org/10.1016/j.jrp.2004.09.009
    .. [6] Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data.
       Psychological Methods, 17, 437-455. https://doi.org/10.1037/a0028085
    .. [7] Storozuk, A., Ashley, M., Delage, V., & Maloney, E. A. (2020). Got bots? Practical
       recommendations to protect online survey data from bot attacks. The Quantitative
       Methods for Psychology, 16, 472-481. https://doi.org/10.20982/tqmp.16.5.p472
    .. [8] Teitcher, J. E. F., Bockting, W. O., Bauermeister, J. A., Hoefer, C. J., Miner,
       M. H., & Klitzman, R. L. (2015). Detecting, preventing, and responding to "fraudsters"
       in internet research: Ethics and tradeoffs. Journal of Law, Medicine & Ethics, 43,
       116-133. https://doi.org/10.1111/jlme.12200

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> quality = check_quality(read_survey(pd.DataFrame({"a": [1, 2, None]})))
    >>> quality.tidy("questions")[["item", "n", "blank"]].values.tolist()
    [['a', 2, 1]]
    """
    smallest = survey.schema.min_cell if min_cell is None else min_cell
    found = run_checks(survey)
    return QualityResult(
        n_read=survey.n_read,
        min_cell=smallest,
        questions=tuple(question_rows(survey, smallest)),
        persons=tuple(person_rows(survey)),
        patterns=tuple(pattern_rows(survey)),
        missing_test=missing_test(survey),
        asides=tuple(aside_rows(survey, smallest)),
        flag_counts=tuple(count_flags(found)),
        flags=tuple(list_flags(survey, found)),
        exclusions=_exclusions(survey),
        samples=tuple((part, everyone(survey)) for part in QualityResult.row_types()),
        notices=survey.notices,
        glossary=survey.glossary,
    )


def exclude_flagged(survey: Survey, quality: QualityResult) -> tuple[Survey, QualityResult]:
    """Leave out the respondents whose flags the schema tells to exclude, a step a flag.

    Returns
    -------
    Survey
        Without them.
    QualityResult
        The same check, with the steps in ``exclusions`` and a notice for each flag that was
        raised and not acted upon.

    Raises
    ------
    SurveyError
        If nobody is left.
    """
    for reason in survey.schema.exclude:
        rows = quality.flagged_for(reason).intersection(survey.answers.index)
        survey = survey.without(rows, reason=reason) if len(rows) else survey
    if not survey.n:
        raise SurveyError(
            f"All {survey.n_read} respondents are excluded.",
            received=", ".join(f"{step.reason}: {step.n}" for step in survey.steps),
            hint="shorten 'exclude' in the schema.",
        )
    kept = tuple(
        Notice.of("flagged", reason=count.reason, n=count.n)
        for count in quality.flag_counts
        if count.n and count.reason.removeprefix("flag.") not in survey.schema.exclude
    )
    return survey, replace(
        quality, exclusions=_exclusions(survey), notices=(*quality.notices, *kept)
    )


def _exclusions(survey: Survey) -> tuple[Exclusion, ...]:
    left = survey.n_read - np.cumsum([step.n for step in survey.steps])
    return tuple(
        Exclusion(reason=f"flag.{step.reason}", n=step.n, n_left=int(n_left))
        for step, n_left in zip(survey.steps, left, strict=True)
    )
