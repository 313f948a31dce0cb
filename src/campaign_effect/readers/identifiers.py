"""Identifiers of persons that are known by their form, wherever in a text they stand."""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = r"[\s.\-()]{0,2}"
_ALONE: Final = r"(?<!\d)(?<!\d[.,])"
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_FORMS: Final = (
    r"[^\s@]{1,64}@[^\s@]{1,253}\.\w{2,}",  # e-mail
    # National identity number: no decimals of a number.
    rf"{_ALONE}\d{{6}}(?:[0-6]\d|7[01])(?:0[1-9]|1[0-2])\d{{6}}(?!\d|[.,]\d)",
    rf"{_ALONE}(?:(?:\+|00)?62{_BETWEEN}|0)8(?:{_BETWEEN}\d){{8,11}}(?!\d)",  # Indonesia
    rf"(?<!\d)\+[1-9](?:{_BETWEEN}\d){{7,14}}(?!\d)",  # a telephone anywhere
    rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.])",  # IPv4
    r"(?<![\w:])(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}(?![\w:])",  # IPv6
    r"(?<!\d)-?\d{1,2}\.\d{4,}[\s,;]+-?\d{1,3}\.\d{4,}",  # coordinates
)
_IDENTIFIER: Final = re.compile("|".join(_FORMS), re.IGNORECASE)
_DECIMAL: Final = re.compile(r"\s*[+-]?\d*[.,]\d+\s*")
_HINT: Final = re.compile(r"[@\d]")  # no form does without


def holds_identifier(text: str) -> bool:
    """Say whether a text holds an address or number of a person.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    bool
        Whether an e-mail address, a telephone number (Indonesian, or any with "+"), an
        identity number (NIK, 16 digits with a date of birth), an IP address or a pair of
        coordinates stands in it. Names have no form of their own.

    Examples
    --------
    >>> [holds_identifier(text) for text in ("hubungi 0812-3456-7890", "Desa 8", "1.250.000")]
    [True, False, False]
    """
    if _HINT.search(text) is None or _DECIMAL.fullmatch(text):
        return False
    return _IDENTIFIER.search(text) is not None
