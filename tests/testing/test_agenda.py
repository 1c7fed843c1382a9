"""Virtual time."""

from sensegraph.testing.agenda import Agenda


def test_moments_come_in_their_order_and_at_once_those_planned_first() -> None:
    """What was planned for the past comes now; time never goes back."""
    agenda, told = Agenda(), []
    for time_ns, word in ((20, "c"), (10, "a"), (10, "b")):
        agenda.at(time_ns, lambda word=word: told.append((agenda.clock(), word)))
    agenda.at(20, lambda: agenda.at(5, lambda: told.append((agenda.clock(), "late"))))
    while agenda.go_on():
        pass
    assert told == [(10, "a"), (10, "b"), (20, "c"), (20, "late")]
