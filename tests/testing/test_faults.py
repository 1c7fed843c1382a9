"""What a place means, and what a loss lets through."""

import pytest

from sensegraph.errors import GraphError
from sensegraph.testing.faults import Drop, Loss, edges_at

EDGES = [
    "camera.frames>view.frames",
    "camera.frames>resample.frames",
    "resample.frames>view.other",
    "camera.sound>view.sound",
]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("camera.frames>view.frames", [0]),
        ("camera.frames", [0, 1]),
        ("camera", [0, 1, 3]),
        ("camera -> view", [0, 3]),
        ("camera.sound>view", [3]),
        (">view", [0, 2, 3]),
        (">view.other", [2]),
    ],
)
def test_a_place_may_leave_out_ports_and_one_end(where: str, found: list[int]) -> None:
    """What is left out is any."""
    assert edges_at(where, EDGES) == [EDGES[number] for number in found]


@pytest.mark.parametrize("where", ["cam", "camera.frame", "view", "resample>camera", "camera.frames>resample.other"])
def test_a_place_that_means_nothing_is_refused(where: str) -> None:
    """Names are whole names."""
    with pytest.raises(GraphError, match=f"no edge is '{where}'"):
        edges_at(where, EDGES)


def test_a_loss_counts_within_its_time() -> None:
    """Every second one of those from 1 s on and before 2 s."""
    loss = Loss(Drop("camera", every=2, from_s=1.0, until_s=2.0))
    assert [tenth for tenth in range(30) if not loss.admits(tenth * 100_000_000)] == [11, 13, 15, 17, 19]
