from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")

from sensegraph.models.pixel import StridedInflatedEfficientNet, StridedInflatedMobileNetV2  # noqa: E402
from sensegraph.models.pixel.network import StridedInflatedNetwork  # noqa: E402

Net = StridedInflatedNetwork
CLASSES = {"efficientnet": StridedInflatedEfficientNet, "mobilenet": StridedInflatedMobileNetV2}
NAMES = list(CLASSES)


@pytest.fixture(scope="module")
def nets(all_weights: Mapping[str, Mapping[str, NDArray[Any]]]) -> Mapping[str, Net]:
    """Both networks with the weights of the recipe."""
    made: dict[str, Net] = {}
    for name, cls in CLASSES.items():
        made[name] = cls().eval().requires_grad_(False)
        made[name].load_state_dict({key: torch.from_numpy(values) for key, values in all_weights[name].items()})
    return made


@pytest.fixture(scope="module")
def pictures(small_clip: NDArray[np.uint8]) -> Any:
    """The small clip as the networks take it, (56, 3, 64, 64)."""
    return torch.from_numpy(small_clip).permute(0, 3, 1, 2).float() / 255


def in_pieces(net: Net, pictures: Any, length: int, state: Any = None) -> tuple[Any, Any]:
    """Features of a clip given in pieces, and the last state."""
    maps = []
    for start in range(0, len(pictures), length):
        found, state = net(pictures[start : start + length], state)
        maps.append(found)
    return torch.cat(maps), state


@pytest.mark.parametrize("name", NAMES)
def test_parameters_have_the_official_names(
    name: str, nets: Mapping[str, Net], all_weights: Mapping[str, Mapping[str, NDArray[Any]]]
) -> None:
    """A state dict has the names of the table in its order, and nothing else such as a state."""
    assert list(nets[name].state_dict()) == list(all_weights[name])


@pytest.mark.parametrize("name", NAMES)
def test_features_are_those_of_the_reference(
    name: str, nets: Mapping[str, Net], golden_clip: NDArray[np.uint8], goldens: Mapping[str, NDArray[Any]]
) -> None:
    """Pooled features and the corner of the last map match the golden vectors, in pieces of 4, 3, 4, 3..."""
    assert (golden_clip.reshape(48, -1).sum(axis=1, dtype=np.int64) == goldens["clip_sum"]).all()
    frames = torch.from_numpy(golden_clip).permute(0, 3, 1, 2).float() / 255
    maps, state = [], None
    for piece in torch.split(frames, [4, 3] * 6 + [6]):
        found, state = nets[name](piece, state)
        maps.append(found)
    found = torch.cat(maps).numpy()
    assert relative(found.mean(axis=(2, 3)), goldens[f"{name}_pooled"]) < 1e-4
    assert relative(found[-1, :, :2, :2], goldens[f"{name}_last_corner"]) < 2e-4


def relative(found: NDArray[Any], expected: NDArray[Any]) -> float:
    """Norm of the difference over the norm."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("name", NAMES)
def test_pieces_of_any_length_agree(name: str, nets: Mapping[str, Net], pictures: Any) -> None:
    """Pieces of 1 to 17 pictures give the features of the whole clip."""
    pictures = pictures[:28, :, :32, :32]
    whole, _ = nets[name](pictures)
    assert whole.shape == (7, 1280, 1, 1)
    for length in range(1, 18):
        maps, state = in_pieces(nets[name], pictures, length)
        torch.testing.assert_close(maps, whole, rtol=1e-4, atol=2e-3)
        assert relative(maps.numpy(), whole.numpy()) < 1e-4
        assert state.frames == len(pictures)


@pytest.mark.parametrize("name", NAMES)
def test_batch_is_many_streams_in_step(name: str, nets: Mapping[str, Net], pictures: Any) -> None:
    """A batch gives what each stream gives alone, in pieces too."""
    batch = torch.stack([pictures[:24], pictures[20:44], pictures[:24].flip(0)])
    first, state = nets[name](batch[:, :10])
    second, state = nets[name](batch[:, 10:], state)
    maps = torch.cat([first, second], dim=1)
    assert maps.shape == (3, 6, 1280, 2, 2)
    for alone, together in zip(batch, maps, strict=True):
        torch.testing.assert_close(nets[name](alone)[0], together, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_without_padding_45_pictures_give_a_feature(name: str, nets: Mapping[str, Net], pictures: Any) -> None:
    """Without zeros before it, a window gives what a warm stream gives that ends with the same picture."""
    net, pictures = nets[name], pictures[:, :, :32, :32]
    streamed, state = net(pictures)
    for count in (1, 44, 45, 48):
        maps, _ = net(pictures[-count:], net.start(padded=False))
        assert len(maps) == max(0, (count - 45) // 4 + 1)
    maps, _ = net(pictures[-49:], net.start(padded=False))
    torch.testing.assert_close(maps, streamed[-2:], rtol=1e-4, atol=2e-3)
    pieces, state = in_pieces(net, pictures[-49:], 5, net.start(padded=False))
    torch.testing.assert_close(pieces, maps, rtol=1e-4, atol=2e-3)
    assert state.warm


@pytest.mark.parametrize("name", NAMES)
def test_exactly_45_pictures_decide_a_feature(name: str, nets: Mapping[str, Net], pictures: Any) -> None:
    """The picture of age 44 matters to the newest feature, the one of age 45 does not."""
    whole, _ = nets[name](pictures)
    for age, matters in ((44, True), (45, False)):
        changed = pictures.clone()
        changed[-1 - age] = 1 - changed[-1 - age]
        found, _ = nets[name](changed)
        assert torch.equal(found[-1], whole[-1]) is not matters
        assert not torch.equal(found[-2], whole[-2])


@pytest.mark.parametrize("name", NAMES)
def test_state_is_never_changed(name: str, nets: Mapping[str, Net], pictures: Any) -> None:
    """Going on twice from one state gives the same twice, and the module remembers nothing."""
    _, state = nets[name](pictures[:7])
    kept = [line.clone() for line in state.lines if line is not None]
    first, _ = nets[name](pictures[7:20], state)
    nets[name](pictures[30:])
    second, _ = nets[name](pictures[7:20], state)
    assert torch.equal(first, second)
    assert all(torch.equal(line, copy) for line, copy in zip(filter_lines(state), kept, strict=True))


def filter_lines(state: Any) -> list[Any]:
    """The lines that are there."""
    return [line for line in state.lines if line is not None]


@pytest.mark.parametrize("name", NAMES)
def test_gradients_reach_every_parameter(name: str, pictures: Any) -> None:
    """A batch of clips can be trained on, and a detached state cuts the gradients."""
    net = CLASSES[name]()
    maps, state = net(pictures[None, :8])
    maps.square().sum().backward()
    assert all(value.grad is not None for value in net.parameters())
    assert not any(line.requires_grad for line in filter_lines(state.detach()))


def test_what_does_not_fit_is_refused(nets: Mapping[str, Net], pictures: Any) -> None:
    """Other shapes, another size within a stream, and the other network's state are named."""
    net = nets["mobilenet"]
    for wrong in (pictures[0], pictures[:0], pictures[:, :1]):
        with pytest.raises(ValueError, match="pictures must have shape"):
            net(wrong)
    _, state = net(pictures[:4])
    with pytest.raises(ValueError, match="start a new state"):
        net(pictures[:4, :, :32], state)
    with pytest.raises(ValueError, match="start a new state"):
        net(pictures[None, :4].repeat(2, 1, 1, 1, 1), state)
    with pytest.raises(ValueError, match=r"cnn\.\d+"):
        nets["efficientnet"](pictures[:4], state)
