"""The collector's thresholds are the process's: whoever changes them gives them back."""

import gc

import pytest

from appsync_emu.engine.collector import ALMOST_NEVER, SELDOM, seldom


def test_the_usual_thresholds_come_back():
    usual = gc.get_threshold()
    with seldom():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == usual


def test_blocks_may_end_in_any_order():
    usual = gc.get_threshold()
    first, second = seldom(ALMOST_NEVER), seldom()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold() == ALMOST_NEVER
    first.__exit__(None, None, None)
    assert gc.get_threshold() == SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


@pytest.mark.parametrize("wanted", [(0, 10, 10), (1_000_000, 100, 100)])
def test_whoever_wants_fewer_collections_still_gets_them(wanted):
    usual = gc.get_threshold()
    gc.set_threshold(*wanted)
    try:
        with seldom():
            assert gc.get_threshold() == wanted
        assert gc.get_threshold() == wanted
    finally:
        gc.set_threshold(*usual)


def test_an_error_leaves_the_usual_thresholds():
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="mine"), seldom():
        raise ValueError("mine")
    assert gc.get_threshold() == usual
