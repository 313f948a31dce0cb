"""Reports of chosen results: files, figures beside them, and notebooks."""

import re

import pytest

import campaign_effect as ce
from campaign_effect.errors import OutputError, UsageError


@pytest.fixture(scope="module")
def margins(village_survey):
    effect = ce.fit_effect(village_survey, "voted_calon_1 ~ whatsapp + age")
    return ce.average_effects(effect, of="whatsapp")


@pytest.mark.parametrize("suffix", [".html", ".docx", ".csv", ".txt"])
def test_a_report_is_one_file(margins, tmp_path, suffix):
    path = ce.Report([margins]).save(tmp_path / f"laporan{suffix}")
    assert path.stat().st_size > 500
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_formats_that_name_pictures_get_them(margins, tmp_path, suffix):
    path = ce.Report([margins]).save(tmp_path / f"report{suffix}")
    text = path.read_text(encoding="utf-8")
    assert "figures/effects_voted_calon_1" in text.replace("\\_", "_")
    assert (tmp_path / "figures" / "effects_voted_calon_1.png").is_file()


def test_the_main_sentence_claims_an_association_only(margins):
    for language, words in (("en", "associated with"), ("id", "berhubungan dengan")):
        text = ce.Report([margins], language=language).to(".txt").decode()
        assert words in " ".join(text.split())
        assert "terbukti" not in text
        assert "effect of" not in text


def test_a_result_shows_itself_in_a_notebook(margins):
    shown = margins._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    assert "<table" in shown["text/html"]
    assert "<html" not in shown["text/html"]


def test_two_outputs_in_a_notebook_share_no_id(margins):
    one, other = (margins._repr_mimebundle_()["text/html"] for _ in range(2))
    ids = [set(re.findall(r'\bid="([^"]+)"', html)) for html in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_report_without_figures_draws_none(village_survey, tmp_path):
    report = ce.Report([ce.estimate_reliability(village_survey)])
    report.save(tmp_path / "r.txt")
    assert [grid.id for grid in report.grids][:1] == ["reliability_scales"]


def test_unknown_language_format_and_place_are_refused(margins, tmp_path):
    with pytest.raises(UsageError, match="no language 'jv'"):
        ce.Report([margins], language="jv")
    with pytest.raises(UsageError, match=r"suffix '\.pdf'"):
        ce.Report([margins]).save(tmp_path / "report.pdf")
    with pytest.raises(OutputError, match="cannot be written"):
        ce.Report([margins]).save(tmp_path / "nowhere" / "report.html")
