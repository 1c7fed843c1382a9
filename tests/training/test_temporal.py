"""Training of the temporal nets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from sensegraph.models.temporal import TemporalNet, load_head  # noqa: E402
from sensegraph.training.corpora import CORPORA  # noqa: E402
from sensegraph.training.scores import Confusion, synthetic_test  # noqa: E402
from sensegraph.training.temporal import Plan, TemporalTcn, train, write  # noqa: E402

TINY = Plan(seed=2, samples=256, epochs=1, width=16)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrate and test on a few windows."""
    monkeypatch.setattr("sensegraph.training.calibrate.SIZE", 200)
    monkeypatch.setattr("sensegraph.training.scores.PER_LABEL", 2)


def test_net_embeds_windows() -> None:
    """A batch of windows gives a batch of embeddings, twice as wide as the net."""
    assert TemporalTcn(33, width=16)(torch.zeros(2, 33, 40)).shape == (2, 32)


def test_training_is_the_same_for_the_same_seed() -> None:
    """Two runs of one plan give the same head."""
    heads = [train(CORPORA["body"], TINY).layers["fitness"].weight.detach().numpy() for _ in range(2)]
    np.testing.assert_array_equal(*heads)


@pytest.mark.parametrize("name", sorted(CORPORA))
def test_written_weights_are_the_trained_ones(tmp_path: Path, name: str) -> None:
    """The exported net and its heads load again, agree with torch, and have a threshold for every class."""
    corpus = CORPORA[name]
    trained = train(corpus, TINY)
    write(tmp_path, trained)
    net = TemporalNet(name, tmp_path)
    windows = np.random.default_rng(0).normal(size=(3, *net.shape)).astype(np.float32)
    with torch.no_grad():
        embedding = trained.net(torch.from_numpy(windows))
    np.testing.assert_allclose(net.embed(windows), embedding.numpy(), atol=1e-4)
    for plan in corpus.heads:
        head = load_head(plan.name, tmp_path)
        logits = trained.layers[plan.name](embedding).detach().numpy()
        expected = np.exp(logits[:, :-1]) / np.exp(logits[:, :-1]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(head.probabilities(net.embed(windows)), expected, atol=1e-4)
        assert set(head.decision.thresholds) == set(plan.labels) - set(plan.rejected)
        assert synthetic_test(tmp_path, corpus, plan, 5).counts.sum() > 0


def test_batches_do_not_depend_on_how_they_are_cut() -> None:
    """A batch is the same for the same seed, and held-out windows are others."""
    corpus = CORPORA["body"]
    first, again = corpus.batch(3, 12), corpus.batch(3, 12)
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], corpus.batch(3, 12, held_out=True)[0])


def test_confusion_tells_what_is_taken_for_what(tmp_path: Path) -> None:
    """Recall, accuracy and confused pairs follow from the counts, and the whole matrix is written."""
    confusion = Confusion(("a", "b"), np.array([[8, 2], [0, 5]]))
    assert confusion.accuracy == pytest.approx(0.9)
    assert confusion.pairs() == [("a", "b", pytest.approx(0.2))]
    confusion.save(tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_text().splitlines()[1] == "a,8,2"
