"""Norms that are there in training only."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from sensegraph.models.pixel import StridedInflatedMobileNetV2  # noqa: E402
from sensegraph.training.backbone.norms import folded, remeasure, with_norms  # noqa: E402


@pytest.fixture
def pictures() -> torch.Tensor:
    """Return random pictures (1, 48, 3, 64, 64)."""
    return torch.rand(1, 48, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def test_folding_changes_names_and_not_results(pictures: torch.Tensor) -> None:
    """The network without norms has the official keys and computes what that with norms does."""
    torch.manual_seed(1)
    net = with_norms(StridedInflatedMobileNetV2())
    remeasure(net, [pictures])
    plain = folded(net)
    assert plain.state_dict().keys() == StridedInflatedMobileNetV2().state_dict().keys()
    with torch.no_grad():
        expected, found = (each.eval()(pictures)[0] for each in (net, plain))
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_norms_are_measured_with_the_weights_as_they_are(pictures: torch.Tensor) -> None:
    """Whatever they were before; after it a known batch is computed in evaluation as in training, but for rounding."""
    torch.manual_seed(1)
    net = with_norms(StridedInflatedMobileNetV2()).train()
    for each in net.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            each.running_mean.fill_(7)
    remeasure(net, [pictures])
    assert net.training
    with torch.no_grad():
        trained = net(pictures)[0]
        evaluated = net.eval()(pictures)[0]
    assert float((evaluated - trained).norm() / trained.norm()) < 0.25  # variances of few values: n - 1 against n
