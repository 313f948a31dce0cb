"""What variables are for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaign_effect.schema.parts import Codes, Identifier, Part, Strings, Words


class Outcome(Part):
    """What is to be explained: whether a variable took the event.

    Attributes
    ----------
    name, text
        Its name in formulas and its label.
    variable : str
        The variable it is made from.
    event : tuple of codes
        The answers that count as 1.
    among : tuple of codes, optional
        The answers that are compared; those left out are dropped and counted. By default
        all substantive answers of the scale.
    """

    name: Identifier
    text: Words | None = None
    variable: str
    event: Annotated[Codes, Field(min_length=1)]
    among: Codes = ()


class Exposure(Part):
    """A variable or construct that says how much campaigning a respondent met."""

    variable: str
    platform: str | None = None


class Consent(Part):
    """The question by which a respondent agreed to take part.

    Attributes
    ----------
    variable : str
        The variable that asked.
    agreed : tuple of codes
        The answers that agree; who gave any other, or none, is left out and counted.
    """

    variable: str
    agreed: Annotated[Codes, Field(min_length=1)]


class Attention(Part):
    """A question that tells whether a respondent reads ("tick 'often' here").

    Attributes
    ----------
    variable : str
        The variable that asked.
    right : tuple of codes
        The answers of one who reads; any other, or none, fails the check.
    """

    variable: str
    right: Annotated[Codes, Field(min_length=1)]


class Roles(Part):
    """What each variable is for.

    Attributes
    ----------
    outcomes, exposures, controls
        The parts of the models.
    group : str, optional
        Splits the table of respondents.
    cluster : str, optional
        The village (or other place of sampling) within which answers are alike.
    strata : str, optional
        The variable whose levels were sampled apart.
    weight : str, optional
        A number: how many persons a respondent stands for. Not positive is impossible.
    age : str, optional
        A number, in years: tells impossible ages and persons under 18.
    consent : Consent, optional
        The question by which a respondent agreed to take part.
    attention : tuple of Attention
        Questions that tell whether a respondent reads.
    id : tuple of str
        The column with the number of a respondent; of several, the first that is there. It
        names a person, so it is dropped at reading.
    started, submitted : tuple of str
        The columns with the time an answer began and ended (of several, the first that is
        there); day first where both orders are possible.
    personal : tuple of str
        Columns that identify a person: dropped at reading.
    identity : tuple of str
        Personal columns (a telephone number, an e-mail) that tell whether a person answered
        twice; kept as a salted hash only.
    device : tuple of str
        Personal columns (an IP address, the number of a device) that tell whether two answers
        came from one device; kept as a salted hash only.
    ignore : tuple of str
        Columns that are not answers (time stamps, page counters).
    """

    outcomes: tuple[Outcome, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    controls: Strings = ()
    group: str | None = None
    cluster: str | None = None
    strata: str | None = None
    weight: str | None = None
    age: str | None = None
    consent: Consent | None = None
    attention: tuple[Attention, ...] = ()
    id: Strings = ()
    started: Strings = ()
    submitted: Strings = ()
    personal: Strings = ()
    identity: Strings = ()
    device: Strings = ()
    ignore: Strings = ()
