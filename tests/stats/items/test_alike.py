import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import DIFFERENCED

from campaign_effect.stats.items import alike
from campaign_effect.stats.items.alike import greatest_match


def by_hand(codes, min_shared):
    shares, earlier = [], []
    for i, row in enumerate(codes):
        best, which = 0.0, -1
        for j in range(i):
            shared = (row >= 0) & (codes[j] >= 0)
            if shared.sum() < min_shared:
                continue
            share = np.mean(row[shared] == codes[j][shared])
            if which < 0 or share > best:
                best, which = share, j
        shares.append(best)
        earlier.append(which)
    return shares, earlier


def test_greatest_match_equals_comparing_every_pair(monkeypatch):
    monkeypatch.setattr(alike, "_ROWS_AT_ONCE", 7)
    codes = np.random.default_rng(1).integers(-1, 3, size=(40, 6))
    for min_shared in (1, 3):
        share, earlier = greatest_match(codes, min_shared=min_shared)
        shares, earliers = by_hand(codes, min_shared)
        assert_allclose(share, shares, rtol=DIFFERENCED)
        assert_array_equal(earlier, earliers)


def test_a_copy_is_found_and_the_first_row_has_nobody_before():
    codes = np.random.default_rng(2).integers(0, 5, size=(200, 40))
    codes[150] = codes[30]
    codes[150, :4] = (codes[150, :4] + 1) % 5
    share, earlier = greatest_match(codes)
    assert (share[0], earlier[0]) == (0.0, -1)
    assert_allclose(share[150], 0.9)
    assert earlier[150] == 30
    assert np.sum(share > 0.85) == 1


def test_nobody_answered_is_like_nobody():
    share, earlier = greatest_match(np.full((3, 4), -1))
    assert_array_equal(share, 0)
    assert_array_equal(earlier, -1)
