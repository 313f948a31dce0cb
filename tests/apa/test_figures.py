"""Figures of labels in any script: nothing is lost, nothing warns."""

import warnings

import pandas as pd
import pytest
from matplotlib.font_manager import fontManager

import campaign_effect as ce
from campaign_effect.apa.figures import characters
from campaign_effect.apa.figures.characters import drawable, fonts

LABELS = {
    "emoji": "Bagus \U0001f44d\U0001f3fd ❤️",
    "Chinese": "你好 村长",
    "Arabic": "مرحبا بكم",
    "Javanese": "\ua9b2\ua9a4\ua9a0\ua9ab\ua98f",
    "control": "a\x07b",
    "unassigned": "\U0010fffd",
    "dollars": "$x_1$ & 5%",
}


@pytest.mark.parametrize("name", LABELS)
def test_any_label_is_drawn_without_a_warning(name):
    label = LABELS[name]
    frame = pd.DataFrame({label: [1, 2, 3, 4, 5, 2, 3], "b": [2, 2, 3, 5, 4, 1, 3]})
    scales = ce.estimate_reliability(ce.read_survey(frame.assign(c=frame["b"] + frame[label])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (picture,) = ce.Report([scales]).pictures
    assert picture.png.startswith(b"\x89PNG")
    assert label in picture.alt or not label.isprintable() or name == "emoji"


def test_signs_without_a_font_are_numbers(monkeypatch):
    monkeypatch.setattr(characters, "_known", lambda: frozenset(map(ord, "Setuju ✔")))
    assert drawable("Setuju ✔\n\U0001f44d\u200d\ufe0f村") == "Setuju ✔\n[U+1F44D][U+6751]"


def test_only_installed_fonts_are_asked():
    assert fonts()[0] == "DejaVu Sans"
    assert set(fonts()) <= set(fontManager.get_font_names())
