import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from campaign_effect.stats.items.timing import regular_bursts, speed_index


def test_speed_has_no_unit_and_the_median_person_has_index_one():
    durations = np.random.default_rng(1).lognormal(6, 0.5, size=101)
    index = speed_index(durations)
    assert_allclose(index, speed_index(durations / 60))
    assert_allclose(np.median(index), 1.0)
    assert_array_equal(index > 2, durations < np.median(durations) / 2)


def test_times_that_are_not_positive_say_nothing():
    assert_allclose(speed_index([-5.0, 0.0, np.nan, 4.0]), [np.nan, np.nan, np.nan, 1.0])
    assert np.isnan(speed_index([np.nan, -1.0])).all()


def test_a_program_is_found_among_people():
    rng = np.random.default_rng(2)
    people = np.sort(rng.uniform(0, 86_400 * 5, size=500))
    program = 200_000.3 + 17.0 * np.arange(12) + rng.uniform(-0.3, 0.3, 12)
    times = np.concatenate([program, people])
    order = rng.permutation(len(times))
    found = regular_bursts(times[order])
    is_program = order < 12
    # Someone who happens to come in between splits the burst; what is left may be too short.
    assert found[is_program].mean() > 0.5
    assert found[~is_program].mean() < 0.01


def test_people_who_arrive_at_random_are_left_alone():
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.exponential(120.0, size=5000))
    assert regular_bursts(times).mean() < 0.005


def test_slow_regularity_and_unknown_times_are_no_burst():
    assert not regular_bursts(np.arange(20) * 86_400.0).any()
    times = np.array([np.nan, *np.arange(6) * 30.0, np.nan])
    assert_array_equal(regular_bursts(times), [False, *[True] * 6, False])
    assert not regular_bursts([]).any()


def test_a_gap_and_a_difference_at_the_bound_still_belong_to_a_burst():
    assert regular_bursts(np.arange(6) * 600.0).all()
    assert not regular_bursts(np.arange(6) * 601.0).any()
    uneven = np.cumsum([0.0, 30, 31, 30, 31, 29])
    assert regular_bursts(uneven).all()
    assert not regular_bursts(uneven, tolerance=0.9).any()


def test_two_bursts_of_different_pace_are_both_found():
    times = np.cumsum([0, *[10] * 6, *[50] * 6])
    assert regular_bursts(times).all()
    assert not regular_bursts(times, least=7).any()
