"""Confidence is a share counted on annotated texts."""

import pytest

from flows.nlp.calibration import Calibration, load_calibration
from tests.eval.calibrate import pooled


def test_between_two_points_the_line_is_straight_and_beyond_them_it_is_level():
    calibration = Calibration([(0.5, 0.4), (0.9, 0.8)])
    assert calibration.apply(0.7) == pytest.approx(0.6)
    assert calibration.apply(0.1) == 0.4
    assert calibration.apply(1.0) == 0.8


def test_the_table_rises_and_stays_between_0_and_1():
    calibration = load_calibration("figure")
    shares = [calibration.apply(raw / 100) for raw in range(101)]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


def test_neighbours_out_of_order_are_pooled_into_one_share():
    # Forty rows each: .5 right at .2, none at .4 (out of order), all at .9.
    rows = [(0.2, n % 2 == 0) for n in range(40)] + [(0.4, False)] * 40 + [(0.9, True)] * 40
    assert pooled(rows) == [(0.3, 0.25, 80), (0.9, 1.0, 40)]


def test_too_few_rows_are_no_share_of_their_own():
    rows = [(0.2, False)] * 40 + [(0.9, True)] * 3
    assert [count for _, _, count in pooled(rows)] == [43]
