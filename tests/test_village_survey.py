import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from campaign_effect.schema.files import read_schema
from campaign_effect.simulate import PLANTED, simulate_village_survey, village_truth
from campaign_effect.simulate import questionnaire as words
from campaign_effect.simulate.village import draw_villagers
from campaign_effect.stats.items.alpha import cronbach_alpha

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "examples" / "village_survey.csv"
SCHEMAS = ROOT / "data" / "schemas"
GRID_HEADERS = list(words.GRID_HEADERS)
MC_ERRORS = 4  # one false alarm in 16,000


def plain(label):
    return " ".join(label.replace("\u00a0", " ").split()).casefold()


@pytest.fixture(scope="module", params=[1, 2, 2024])
def survey(request):
    return simulate_village_survey(seed=request.param)


@pytest.fixture(scope="module")
def people(survey):
    return survey.drop_duplicates(words.PHONE)


@pytest.fixture(scope="module")
def crowd():
    return draw_villagers(4000, 20, np.random.default_rng(5))


@pytest.fixture(scope="module")
def pilkades():
    return read_schema(SCHEMAS / "pilkades.yaml")


def test_there_are_420_people_in_12_villages(people):
    assert people[words.VILLAGE].value_counts().tolist() == [35] * 12


def test_duplicates_repeat_all_but_the_time_stamp(survey, people):
    assert len(survey) - len(people) == PLANTED.duplicates
    answers = survey.columns.drop(words.TIME)
    assert survey.duplicated(answers).sum() == PLANTED.duplicates
    again = survey[survey.duplicated(words.PHONE, keep=False)].groupby(words.PHONE)
    assert (again[words.TIME].nunique() == 2).all()


def test_rows_stand_in_the_order_of_day_first_time_stamps(survey):
    form = r"\d\d/\d\d/2024 \d{1,2}\.\d\d\.\d\d"
    assert survey[words.TIME].str.fullmatch(form).all()
    times = pd.to_datetime(survey[words.TIME], format="%d/%m/%Y %H.%M.%S")
    assert times.is_monotonic_increasing


def test_straight_liners_are_those_planted(people):
    labels = people[GRID_HEADERS].map(plain)
    assert (labels.nunique(axis=1) == 1).sum() == PLANTED.straight_liners


def test_wrong_and_young_ages_are_those_planted(people):
    ages = pd.to_numeric(people[words.AGE])
    assert sorted(ages[(ages < 17) | (ages > 110)]) == sorted(PLANTED.impossible_ages)
    assert (ages == 17).sum() == PLANTED.minors


def test_blank_cells_are_those_planted(people):
    assert (people == "").sum().sum() == PLANTED.blank_cells


def test_odd_labels_are_those_planted_and_still_mean_something(people):
    cells = people[GRID_HEADERS].to_numpy().ravel()
    cells = cells[cells != ""]
    assert sum(cell not in words.AGREEMENT for cell in cells) == PLANTED.odd_labels
    assert {plain(cell) for cell in cells} == {label.casefold() for label in words.AGREEMENT}


def test_numbers_belong_to_no_mobile_network(survey):
    assert all(
        re.fullmatch(r"\+62 800-0000-\d{4}|08000000\d{4}", n) for n in survey[words.PHONE]
    )


def test_the_same_seed_gives_the_same_cells():
    first, again = simulate_village_survey(seed=3), simulate_village_survey(seed=3)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(simulate_village_survey(seed=4))


def test_scales_are_as_reliable_as_good_scales_are(crowd):
    for grid, answers in zip(words.GRIDS, crowd.grids, strict=True):
        is_reversed = np.array([statement.is_reversed for statement in grid.statements])
        assert 0.75 < cronbach_alpha(np.where(is_reversed, 4 - answers, answers)).alpha < 0.88


def test_the_young_meet_more_messages(crowd):
    for exposure in crowd.exposures.T:
        assert np.corrcoef(crowd.background.age, exposure)[0, 1] < -0.1


def test_true_ames_are_what_one_small_step_adds():
    crowd = draw_villagers(20_000, 20, np.random.default_rng(11))
    p = crowd.probability[crowd.took_part]
    log_odds, step = np.log(p / (1 - p)), 1e-6
    for effect, ame in zip(village_truth().log_odds, village_truth().ame, strict=True):
        gain = 1 / (1 + np.exp(-log_odds - effect * step)) - p
        assert abs(gain.mean() / step - ame) < 2e-4  # two populations of 400,000


def test_votes_for_calon_1_are_as_frequent_as_their_probability(crowd):
    told = crowd.vote <= 2
    gap = (crowd.vote[told] == 0) - crowd.probability[told]
    assert abs(gap.mean()) < MC_ERRORS * gap.std() / np.sqrt(len(gap))


def test_the_example_file_is_what_its_command_writes(tmp_path):
    path = tmp_path / "village_survey.csv"
    command = [sys.executable, ROOT / "scripts" / "make_example", "--out", path]
    subprocess.run(command, check=True, capture_output=True)
    assert path.read_bytes() == EXAMPLE.read_bytes()


def test_the_schema_names_every_column_of_the_example(pilkades, survey):
    parts = (*pilkades.items, *pilkades.variables)
    named = {part.column[0] for part in parts} | set(pilkades.roles.personal)
    named |= {*pilkades.roles.ignore, *pilkades.roles.submitted}
    assert named == set(survey.columns)


def test_the_schema_knows_every_label_of_the_example(pilkades, survey):
    scales = [(item, c.scale) for c in pilkades.constructs for item in c.items]
    scales += [(variable, variable.scale) for variable in pilkades.variables if variable.scale]
    for part, name in scales:
        scale = pilkades.scale(name)
        known = {plain(w) for point in scale.points + scale.aside for w in point.wordings()}
        assert set(survey[part.column[0]].map(plain)) - {""} <= known


def test_the_schema_reverses_what_was_drawn_reversed(pilkades):
    drawn = [statement.is_reversed for grid in words.GRIDS for statement in grid.statements]
    assert [item.is_reversed for item in pilkades.items] == drawn


@pytest.mark.parametrize("name", ["pilkades", "digital_imprints"])
def test_schemas_say_everything_in_both_languages(name):
    schema = read_schema(SCHEMAS / f"{name}.yaml")
    points = [point for scale in schema.scales for point in (*scale.points, *scale.aside)]
    outcomes = schema.roles.outcomes
    parts = (*points, *schema.constructs, *schema.items, *schema.variables, *outcomes)
    assert all(part.text and part.text.en and part.text.id for part in parts)
    assert None not in (schema.title.en, schema.title.id)
