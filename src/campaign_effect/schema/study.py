"""How a survey was made."""

from __future__ import annotations

from campaign_effect.schema.parts import Part, Words


class Study(Part):
    """What only the researcher knows; a report lists what is not stated.

    Attributes
    ----------
    strategy : Texts
        How the data came about: a survey, a panel, an experiment, records.
    sponsor, conductor : Texts
        Who paid, and who asked.
    population : Texts
        Whom the survey is about, and where.
    recruitment : Texts
        How respondents were drawn or found: the frame, the sample, the link, the reward.
    mode : Texts
        How the questions reached them: face to face, by telephone, on the web, the languages.
    dates : Texts
        When; from the file's time stamps where it is not stated.
    weighting : Texts
        How weights were made.
    limitations : Texts
        What the design cannot show.
    """

    strategy: Words | None = None
    sponsor: Words | None = None
    conductor: Words | None = None
    population: Words | None = None
    recruitment: Words | None = None
    mode: Words | None = None
    dates: Words | None = None
    weighting: Words | None = None
    limitations: Words | None = None
