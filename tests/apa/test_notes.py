"""Notes below tables."""

from campaign_effect.apa.layout import say_note
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables.generic import sample_note
from campaign_effect.results import Sample


def said(k):
    sample = Sample(
        n_total=40, n_used=40 - k, dropped=tuple((f"blank:x{i}", 1) for i in range(k))
    )
    return plain(say_note(sample_note(sample), Style()))


def test_few_reasons_are_named_and_many_are_counted():
    assert said(2) == "n = 38 of 40 respondents. Left out: x0 blank (1); x1 blank (1)."
    assert said(14).endswith("Left out: 14, for 14 reasons that results.json counts.")
