import pytest

from sensegraph.models.pixel.architecture import ARCHITECTURES, EFFICIENTNET, MOBILENET, RECEPTIVE_FIELD, Architecture

# Layers counted from the output -> pictures needed at their input for one feature (upstream.md, 1.3).
REQUIRED = {
    "efficientnet": {
        **dict.fromkeys(range(1, 7), 1),
        **dict.fromkeys((7, 8), 3),
        **dict.fromkeys((9, 10, 11), 5),
        **dict.fromkeys((12, 13, 14), 7),
        **dict.fromkeys((15, 16, 17), 9),
        **dict.fromkeys((18, 19, 20), 19),
        **dict.fromkeys(range(21, 25), 21),
        **dict.fromkeys(range(25, 29), 43),
        **dict.fromkeys(range(29, 33), 45),
    },
    "mobilenet": {
        **dict.fromkeys((1, 2), 1),
        3: 3,
        **dict.fromkeys((4, 5), 5),
        6: 7,
        **dict.fromkeys((7, 8), 9),
        **dict.fromkeys((9, 10), 19),
        **dict.fromkeys((11, 12, 13), 21),
        **dict.fromkeys((14, 15), 43),
        **dict.fromkeys(range(16, 20), 45),
    },
}


@pytest.mark.parametrize(
    ("architecture", "keys", "size"), [(EFFICIENTNET, 182, 14_410_376), (MOBILENET, 104, 2_206_816)]
)
def test_parameters_are_those_of_the_reference(architecture: Architecture, keys: int, size: int) -> None:
    """Number of names and of values are those that were counted in the reference."""
    total = 0
    for shape in architecture.parameters().values():
        values = 1
        for length in shape:
            values *= length
        total += values
    assert (len(architecture.parameters()), total) == (keys, size)


def test_names_and_shapes_are_the_official_ones() -> None:
    """The names that the reference's documents give have their shapes."""
    dense, sparse = EFFICIENTNET.parameters(), MOBILENET.parameters()
    assert dense["cnn.3.conv.0.0.weight"] == (192, 96, 1, 1)
    assert dense["cnn.7.conv.0.0.weight"] == (336, 168, 1, 1)
    assert dense["cnn.1.conv.0.0.weight"] == (32, 1, 3, 3)
    assert dense["cnn.1.conv.1.bias"] == (24,)
    assert dense["cnn.31.0.weight"] == (1280, 448, 1, 1)
    assert sparse["cnn.3.conv.0.0.weight"] == (144, 24, 1, 1)
    assert sparse["cnn.18.0.weight"] == (1280, 320, 1, 1)


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda a: a.name)
def test_required_frames_are_those_of_the_reference(architecture: Architecture) -> None:
    """The pictures needed at each layer follow from the table, 45 at the input, 49 for two features."""
    count = len(architecture.layers)
    found = {back: architecture.required_frames(start=count - back) for back in range(1, count + 1)}
    assert found == REQUIRED[architecture.name]
    assert architecture.required_frames() == RECEPTIVE_FIELD
    assert architecture.required_frames(outputs=2) == RECEPTIVE_FIELD + 4


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda a: a.name)
def test_stages_are_the_whole_network(architecture: Architecture) -> None:
    """The stages have every layer once, b and c begin with a temporal stride."""
    stages = architecture.stages()
    assert tuple(layer for stage in stages for layer in stage.layers) == architecture.whole().layers
    assert [stage.layers[0].temporal_stride for stage in stages] == [1, 2, 2]
    assert architecture.output_size(256) == 8
