"""What follows when a worker ends that should not have."""

from sensegraph.restarts import Restarts


def test_the_delay_doubles_until_there_were_too_many() -> None:
    """What lies further back than the window does not count."""
    restarts = Restarts(most=3, window_s=60)
    assert [restarts.delay_s(now_s) for now_s in (0, 1, 2, 3)] == [0.1, 0.2, 0.4, None]
    assert restarts.told == "It was restarted 3 times in 60 s."
    assert restarts.delay_s(61.5) == 0.2
    assert restarts.count == 2


def test_the_delay_has_a_limit() -> None:
    """Half a minute."""
    restarts = Restarts(most=20)
    assert [restarts.delay_s(0.0) for _ in range(12)][-2:] == [30.0, 30.0]


def test_a_packet_is_skipped_at_which_it_ended_twice() -> None:
    """Each packet for itself."""
    restarts = Restarts()
    assert [restarts.skips(("node", "camera", time_ns)) for time_ns in (1, 2, 1, 2)] == [False, False, True, True]
