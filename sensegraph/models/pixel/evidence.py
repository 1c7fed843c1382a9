"""Of which network and version a file of weights is: what speaks for it, and whether that agrees."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import BACKBONE, HEADS, VERSIONS, official_files

CONFIG_FILE = "config.json"
"""Of a classifier's folder: {backbone_name, backbone_version}."""


@dataclass
class Evidence:
    """What speaks for a network and a version of a file: who says so -> what it says."""

    path: Path
    nets: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, who: str, net: str | None = None, version: str | None = None) -> None:
        """Note what somebody says; None is nothing."""
        if net is not None:
            self.nets[who] = net
        if version is not None:
            self.versions[who] = version

    def net_if_known(self) -> str | None:
        """Return the network; None where nothing speaks for either.

        Raises:
            ModelError: Some speak for one and some for the other.
        """
        if len(set(self.nets.values())) > 1:
            raise ModelError(f"{self.path}: of which network is it? {_listed(self.nets)}")
        return next(iter(self.nets.values()), None)

    def net(self) -> str:
        """Return the network.

        Raises:
            ModelError: Nothing speaks for either, or some for one and some for the other.
        """
        net = self.net_if_known()
        if net is None:
            raise ModelError(
                f"{self.path}: its tensors fit both networks, and its name is not an official one\n"
                f"  Say which one it was made for: --as {' or --as '.join(ARCHITECTURES)}."
            )
        return net

    def version(self) -> str:
        """Return the version.

        Raises:
            ModelError: Nothing speaks for either, or some for one and some for the other.
        """
        if len(set(self.versions.values())) > 1:
            raise ModelError(
                f"{self.path}: pro or lite? {_listed(self.versions)}\n"
                "  They are different weights of the same shapes, and do not go together."
            )
        if not self.versions:
            raise ModelError(
                f"{self.path}: pro or lite? Both have the same tensors, and its name is not an official one\n"
                "  Say which one it is: --version pro or --version lite."
            )
        return next(iter(self.versions.values()))

    def read_config(self) -> None:
        """Note what `config.json` beside the file says, if it is there.

        Raises:
            ModelError: It cannot be read, or names no network.
        """
        config = self.path.parent / CONFIG_FILE
        try:
            content = json.loads(config.read_text(encoding="utf-8"))
            net = {each.title: name for name, each in ARCHITECTURES.items()}[content["backbone_name"]]
            version = {each: each for each in VERSIONS}[content["backbone_version"]]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(
                f"{config} cannot be used: {error}\n  It is to be JSON: backbone_name is one of "
                f"{', '.join(each.title for each in ARCHITECTURES.values())}, backbone_version pro or lite."
            ) from error
        self.add(CONFIG_FILE, net, version)

    def assume(self) -> list[str]:
        """Take what sense takes for a classifier of which nothing is known, and return what was taken."""
        remarks = []
        if not self.nets:
            self.add("sense", net="efficientnet")
            remarks.append("taken to be of efficientnet, as sense does where nothing tells")
        if not self.versions:
            self.add("sense", version="pro")
            remarks.append("taken to be of pro, as sense does where nothing tells")
        return remarks


def _listed(said: dict[str, str]) -> str:
    return ", ".join(f"{who} says {value}" for who, value in said.items())


@dataclass(frozen=True, slots=True)
class Official:
    """What the reference implementation calls by a file name."""

    net: str
    version: str
    parts: tuple[str, ...]


def official_name(path: Path) -> Official | None:
    """Return what an official file name stands for, with its folder where that one is official too; else None."""
    found: dict[tuple[str, str], list[str]] = {}
    for net, version, part in product(ARCHITECTURES, VERSIONS, (BACKBONE, *HEADS)):
        for file in official_files(net, version, part):
            folder, name = file.split("/")
            if Path(name).stem == path.stem.lower():
                if folder == path.parent.name:
                    return Official(net, version, (part,))
                found.setdefault((net, version), []).append(part)
    return next((Official(*of, tuple(parts)) for of, parts in found.items()), None)
