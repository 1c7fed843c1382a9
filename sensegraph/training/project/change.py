"""A change of the record of a project: pure, it touches no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sensegraph.training.project.lookup import label_in, tag_in
from sensegraph.training.project.naming import checked_name
from sensegraph.training.project.record import Clip, Label, Record, Tag


class Change:
    """A record and what can be done to it.

    Attributes:
        record: As it is by now.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    # --- classes ---

    def add_class(self, name: str) -> str:
        """Add a class, unless it is there, and return its name as it is kept."""
        names = [each.name for each in self.record.labels]
        kept = name if name in names else checked_name(name, "class")
        if kept not in names:
            checked_name(kept, "class", names)
            self._put_labels([*self.record.labels, Label(name=kept)])
        return kept

    def rename_class(self, name: str, new: str) -> str:
        """Rename a class; its clips, those in the bin too, stay in it."""
        label = label_in(self.record, name)
        kept = checked_name(new, "class", [each.name for each in self.record.labels if each is not label])
        self._put_labels(
            each.model_copy(update={"name": kept}) if each is label else each for each in self.record.labels
        )
        self.edit(lambda clip: {"label": kept} if clip.label == name else {})
        return kept

    def remove_class(self, name: str) -> None:
        """Take a class out and put its clips into the bin."""
        label = label_in(self.record, name)
        self.edit(lambda clip: {"removed": True} if clip.label == name else {})
        self._put_labels(each for each in self.record.labels if each is not label)

    def _put_labels(self, labels: Iterable[Label]) -> None:
        self.record = self.record.model_copy(update={"labels": tuple(labels)})

    # --- tags ---

    def add_tag(self, name: str) -> int:
        """Add a tag, unless it is there, and return its id."""
        kept = checked_name(name, "tag")
        there = {tag.name: tag.id for tag in self.record.tags}
        if kept in there:
            return there[kept]
        checked_name(kept, "tag", there)
        number = self.record.next_tag
        self._put_tags([*self.record.tags, Tag(id=number, name=kept)])
        self.record = self.record.model_copy(update={"next_tag": number + 1})
        return number

    def rename_tag(self, number: int, new: str) -> None:
        """Rename a tag."""
        old = tag_in(self.record, number)
        kept = checked_name(new, "tag", [each.name for each in self.record.tags if each is not old])
        self._put_tags(each.model_copy(update={"name": kept}) if each is old else each for each in self.record.tags)

    def remove_tag(self, number: int) -> None:
        """Take a tag out, of the classes too."""
        gone = tag_in(self.record, number)
        self._put_labels(
            each.model_copy(update={"tags": tuple(tag for tag in each.tags if tag != number)})
            for each in self.record.labels
        )
        self._put_tags(each for each in self.record.tags if each is not gone)

    def allow(self, name: str, number: int) -> None:
        """Allow a tag in a class."""
        label, tag = label_in(self.record, name), tag_in(self.record, number)
        wider = label.model_copy(update={"tags": tuple(sorted({*label.tags, tag.id}))})
        self._put_labels(wider if each is label else each for each in self.record.labels)

    def _put_tags(self, tags: Iterable[Tag]) -> None:
        self.record = self.record.model_copy(update={"tags": tuple(tags)})

    # --- clips ---

    def put_clips(self, clips: Sequence[Clip]) -> None:
        """Replace all clips."""
        self.record = self.record.model_copy(update={"clips": tuple(clips)})

    def edit(self, update: Callable[[Clip], Mapping[str, object]]) -> None:
        """Change attributes of clips: `update` returns those of a clip."""
        self.put_clips([clip.model_copy(update=dict(update(clip))) for clip in self.record.clips])
