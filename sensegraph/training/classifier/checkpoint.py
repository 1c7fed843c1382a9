"""The folder of a trained classifier: written whole, or not at all."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import itertools
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from sensegraph import __version__
from sensegraph.models.classifier import DESCRIPTION, HEAD, LAYERS
from sensegraph.models.temporal import Layer
from sensegraph.training.classifier.course import Course
from sensegraph.training.classifier.record import record
from sensegraph.training.classifier.report import page
from sensegraph.training.project.document import sync, unwritable
from sensegraph.training.project.incoming import staging
from sensegraph.training.project.naming import checked_name

CHECKPOINTS = "checkpoints"
REPORT = "report.html"
MADE = "made.json"
OPSET = 17
IR = 8
"""Versions that every onnxruntime we allow can read."""


def write(project: Path, course: Course, name: str, command: str) -> Path:
    """Write a classifier into a project and return its folder; whoever interrupts it, there is no half one.

    `classifier.json` and `head.onnx` depend on the clips, the plan and the program alone; when and how quickly it was
    made is in `made.json`.

    Args:
        project: The folder of the project.
        course: The training.
        name: Of the classifier; one that is there already stays: the new one is `NAME-2`.
        command: Command line that made it.

    Raises:
        ProjectError: The name cannot be one.
        SinkError: It cannot be written; nothing is left of it.
    """
    name = checked_name(name, "classifier")
    place = project / CHECKPOINTS
    with staging(project) as folder:
        try:
            content = onnx_layer(course.best.choice.layer)
            about = record(course, hashlib.sha256(content).hexdigest())
            made = _made(course, command)
            (folder / HEAD).write_bytes(content)
            if course.plan.backbone != "landmarks":
                _official(folder, course)
            (folder / DESCRIPTION).write_text(_json(about), encoding="utf-8")
            (folder / MADE).write_text(_json(made), encoding="utf-8")
            (folder / REPORT).write_text(page(course, about, made), encoding="utf-8")
            for file in folder.iterdir():
                sync(file)
            place.mkdir(exist_ok=True)
            return _settle(folder, place, name)
        except OSError as error:
            raise unwritable(place, error) from error


def _official(folder: Path, course: Course) -> None:
    from safetensors.numpy import save

    from sensegraph.training.classifier.official import export  # needs torch

    (network,), tuned = course.best.sight.nets, course.best.sight.tuned
    net, _, version = network.rpartition("-")
    layers = tuned.weights if tuned else None
    export(folder, course.best.choice.layer, course.lesson.labels, net, version, layers)
    if layers:
        (folder / LAYERS).write_bytes(save(layers))  # runs without torch


def _settle(folder: Path, place: Path, name: str) -> Path:
    """Move a complete folder to the first free name: NAME, NAME-2, NAME-3 ..."""
    for number in itertools.count(1):
        target = place / (name if number == 1 else f"{name}-{number}")
        with contextlib.suppress(FileExistsError):
            target.mkdir()  # whoever makes it has the name; an empty folder is replaced in one step
            folder.rename(target)
            sync(place)
            return target
    raise AssertionError


def onnx_layer(layer: Layer) -> bytes:
    """Return the layer as ONNX: `embedding` (N, E) -> `probabilities` (N, labels)."""
    from onnx import TensorProto, checker, helper, numpy_helper

    weight, bias = np.ascontiguousarray(layer.weight[:-1]), np.ascontiguousarray(layer.bias[:-1])
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["embedding", "weight", "bias"], ["logits"], transB=1),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "classifier",
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", weight.shape[1]])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", weight.shape[0]])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, producer_name="sensegraph", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _made(course: Course, command: str) -> dict[str, Any]:
    looking, fitting = (sum(each.seconds[number] for each in course.attempts) for number in (0, 1))
    return {
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "sensegraph": __version__,
        "machine": platform.machine(),
        "looking_s": round(looking, 1),
        "known": course.best.sight.known,
        "fitting_s": round(fitting, 1),
    }


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
