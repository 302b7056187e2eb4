"""One thread that ends what takes too long."""

import threading

from sift_site.serving.deadlines import Deadlines


def test_what_takes_too_long_is_called_back():
    called = threading.Event()

    with Deadlines().within(0.01, called.set):
        assert called.wait(20)


def test_a_later_and_shorter_deadline_does_not_wait_for_the_earlier_one():
    deadlines, first, second = Deadlines(), threading.Event(), threading.Event()

    with deadlines.within(600, first.set), deadlines.within(0.01, second.set):
        assert second.wait(20)

    assert not first.is_set()


def test_what_ended_in_time_is_left_alone():
    deadlines, ended, later = Deadlines(), threading.Event(), threading.Event()

    with deadlines.within(0.05, ended.set):
        pass
    came_too_late = ended.is_set()  # on a machine that was busy meanwhile
    with deadlines.within(0.1, later.set):
        assert later.wait(20)

    assert ended.is_set() == came_too_late
