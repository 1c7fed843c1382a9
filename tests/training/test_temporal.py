from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES  # noqa: E402
from sensegraph.models.temporal import EMBEDDING_SIZE, TemporalNet, load_head  # noqa: E402
from sensegraph.training.evaluate import Segment, evaluate, name_steps, read_truth, report, score  # noqa: E402
from sensegraph.training.temporal import BodyTcn, Plan, train, write  # noqa: E402

TINY = Plan(seed=2, samples=256, epochs=1)


def test_net_embeds_windows() -> None:
    """A batch of windows gives a batch of embeddings."""
    embedding = BodyTcn()(torch.zeros(2, CHANNELS, WINDOW_FRAMES))
    assert embedding.shape == (2, EMBEDDING_SIZE)


def test_training_is_the_same_for_the_same_seed() -> None:
    """Two runs of one plan give the same head."""
    heads = [train(TINY)[1].weight.detach().numpy() for _ in range(2)]
    np.testing.assert_array_equal(*heads)


def test_written_weights_are_the_trained_ones(tmp_path: Path) -> None:
    """The exported net and head load again and agree with torch."""
    pytest.importorskip("onnx")
    net, head, record = train(TINY)
    write(tmp_path, net, head, record)
    channels = np.random.default_rng(0).normal(size=(3, CHANNELS, WINDOW_FRAMES)).astype(np.float32)
    embedding = TemporalNet((tmp_path / "body-temporal.onnx").read_bytes()).embed(channels)
    with torch.no_grad():
        expected = torch.softmax(head(net(torch.from_numpy(channels))), dim=1).numpy()
    loaded = load_head("fitness", tmp_path)
    np.testing.assert_allclose(loaded.probabilities(embedding), expected, atol=1e-4)


def test_score_counts_settled_windows_only() -> None:
    """Windows count from two seconds after the start of a segment to its end."""
    steps = [(time / 4, "Squats") for time in range(40)]
    result = score(steps, Segment("clip", 1.0, 5.0, "Squats"))
    assert (result.right, result.windows) == (9, 9)
    assert score(steps, Segment("clip", 1.0, 5.0, "none")).right == 0


def test_evaluation_reads_landmarks_and_truth(tmp_path: Path) -> None:
    """A clip in which nobody is found names nobody, which is right where no exercise may be named."""
    (tmp_path / "truth.csv").write_text("file,start_s,end_s,label\nempty,0,5,none\nmissing,0,5,Squats\n")
    np.savez(tmp_path / "empty.npz", L=np.full((80, 33, 4), np.nan, dtype=np.float32))
    net, head = TemporalNet(), load_head("fitness")
    scores = evaluate(tmp_path, tmp_path / "truth.csv", net, head)
    assert [item.right for item in scores] == [scores[0].windows] == [12]
    assert "negatives: 12/12" in report(scores)
    assert len(read_truth(tmp_path / "truth.csv")) == 2
    assert len(name_steps(np.full((8, 33, 4), np.nan, dtype=np.float32), net, head)) == 2
