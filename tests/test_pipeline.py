"""The next scans are read while the present one is scored: in order, bounded, and one bad scan alone."""

import threading

import pytest

from models.pipeline import ahead

PATIENCE_S = 60  # what a test waits for before it fails; nothing is measured


def test_everything_comes_in_order_whatever_is_ready_first():
    late = threading.Event()

    def make(n):
        if n == 0:
            assert late.wait(PATIENCE_S)
        else:
            late.set()
        return n * n

    assert [(one.item, one.get()) for one in ahead(range(5), make, depth=2)] == [(n, n * n) for n in range(5)]


def test_one_bad_scan_does_not_stop_the_others():
    def make(n):
        if n == 1:
            raise ValueError("scan 1 is cut off")
        return n

    first, second, third = ahead(range(3), make, depth=2)
    assert (first.get(), third.get()) == (0, 2)
    assert second.item == 1
    with pytest.raises(ValueError, match="scan 1"):
        second.get()


def test_the_next_is_made_while_the_present_one_is_in_hand():
    begun = [threading.Event() for _ in range(2)]
    stream = ahead(range(2), lambda n: begun[n].set())
    next(stream)
    assert begun[1].wait(PATIENCE_S)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_no_more_than_the_depth_is_asked_for_ahead(depth):
    asked = []

    def items():
        for n in range(9):
            asked.append(n)
            yield n

    for in_hand, one in enumerate(ahead(items(), lambda n: n, depth=depth)):
        assert one.get() == in_hand
        assert len(asked) <= in_hand + 1 + depth
    assert len(asked) == 9


def test_items_are_asked_for_in_the_callers_thread():
    """A generator of items may be another pipeline, which no two threads may drive."""
    threads = []

    def items():
        for n in range(3):
            threads.append(threading.current_thread())
            yield n

    assert [one.get().get() for one in ahead(ahead(items(), lambda n: n + 1), lambda inner: inner)] == [1, 2, 3]
    assert set(threads) == {threading.current_thread()}


def test_whoever_stops_asking_leaves_nothing_running():
    made = []
    stream = ahead(range(100), made.append, depth=2)
    next(stream)
    stream.close()
    assert len(made) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_nothing_to_do_ends_at_once():
    assert list(ahead([], len)) == []
