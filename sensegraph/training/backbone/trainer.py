"""The training itself: batches forward and backward, evaluation, and a state from which it goes on exactly."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any, cast

import torch
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sensegraph.training.backbone import results, storage
from sensegraph.training.backbone.classifier import Classifier
from sensegraph.training.backbone.dataset import Dataset
from sensegraph.training.backbone.error import Interrupted, TrainingError, refused
from sensegraph.training.backbone.evaluation import Scores, by_length, said, score
from sensegraph.training.backbone.machine import Machine, deterministic
from sensegraph.training.backbone.mirror import mirror
from sensegraph.training.backbone.norms import remeasure
from sensegraph.training.backbone.plan import CLIP_NORM, Plan
from sensegraph.training.backbone.progress import Epoch, Step, Watch
from sensegraph.training.backbone.reel import RATE_HZ
from sensegraph.training.backbone.samples import (
    MOST_FRAMES,
    UNREADABLE,
    Batch,
    Look,
    Order,
    WholeClips,
    Windows,
    batches,
)
from sensegraph.training.backbone.start import Start

NORM_BATCHES = 32
"""The norms are measured on so many batches before each evaluation."""


class Trainer:
    """A training in a folder.

    Args:
        dataset: What to learn.
        plan: How.
        machine: On what.
        out: Where to write; made and held by `storage.held`.
        watch: Who is told.
        start: Weights to begin with; None from scratch, and when the training goes on with `restore`.
    """

    def __init__(
        self, dataset: Dataset, plan: Plan, machine: Machine, out: Path, watch: Watch, start: Start | None = None
    ) -> None:
        self.dataset, self.plan, self.machine, self.out, self.watch = dataset, plan, machine, out, watch
        torch.manual_seed(plan.seed)
        self.model = self._made(start)
        self.ema = (
            AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(plan.ema), use_buffers=True)
            if plan.ema
            else None
        )
        clips, valid = dataset.of("train"), dataset.of("valid")
        targets = dataset.targets(clips)
        self.order = Order(targets, plan.batch, plan.seed, balance=plan.balance)
        pinned = machine.device == "cuda"
        self._train = batches(Windows(clips, targets, self._look()), self.order, machine.workers, pinned=pinned)
        frames = [min(round(clip.length_s * RATE_HZ) or MOST_FRAMES, MOST_FRAMES) for clip in valid]
        shown = Order(targets, plan.batch, plan.seed, balance=plan.balance)
        shown.epoch = plan.epochs  # windows that are drawn in no epoch
        looked = list(shown)[:NORM_BATCHES] if plan.scratch else []
        self._norms = batches(Windows(clips, targets, self._look()), looked, machine.workers, pinned=pinned)
        whole = WholeClips(valid, dataset.targets(valid), plan.size)
        self._valid = batches(whole, by_length(frames, plan.batch), machine.workers, pinned=pinned)
        self._names = {"train": [str(clip) for clip in clips], "valid": [str(clip) for clip in valid]}
        self._optimizer = plan.optimizer_of(self.model)
        self._schedule = plan.schedule_of(self._optimizer, math.ceil(len(self.order) / plan.accumulate))
        self._scaler = torch.amp.GradScaler(machine.device, enabled=machine.precision == "fp16")
        self._source = [str(path) for path in start.files] if start else []
        self._sums = {"loss": 0.0, "right": 0, "steps": 0}
        self._best: dict[str, Any] = {}
        self._history: list[dict[str, Any]] = []
        self._damage: dict[str, str] = {}
        self._saved = time.monotonic()

    def _made(self, start: Start | None) -> Classifier:
        plan = self.plan
        model = Classifier(plan.net, len(self.dataset.classes), norms=plan.scratch, dropout=plan.dropout)
        if start:
            start.give(model)
        if plan.last_layers is not None:
            model.freeze(len(model.net.cnn) - plan.last_layers)
        model.to(self.machine.device)
        if self.machine.device == "cuda":
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # which torch's types forget
        return model

    def _look(self) -> Look:
        plan = self.plan
        mirrors = tuple(mirror(self.dataset.classes, plan.flip_labels)) if plan.flip else ()
        return Look(plan.seed, plan.frames, plan.size, plan.augment, mirrors)

    @property
    def best(self) -> Classifier:
        """What is evaluated and written: the mean of the weights if there is one."""
        return cast(Classifier, self.ema.module) if self.ema else self.model

    # --- the whole of it ----------------------------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        """Train to the end and return the record, which is in the folder too.

        Raises:
            Interrupted: The watch said so; the state is saved.
            TrainingError: The loss is not a number, or nothing can be read.
            SinkError: The disk is full; the files in the folder are those of before.
        """
        with deterministic(self.machine.device):
            self.save()  # a folder that cannot be written to is told now
            while self.order.epoch < self.plan.epochs:
                self._learn()
                self._end_epoch(self._evaluate())
        return self._write_record(finished=True)

    def _learn(self) -> None:
        """Train until the end of the epoch."""
        self.model.train()
        done, count = self.order.start, len(self.order)
        self._optimizer.zero_grad()
        for batch in self._train if done < count else ():
            self._note("train", batch)
            group = min(self.plan.accumulate, count - done // self.plan.accumulate * self.plan.accumulate)
            self._backward(batch, group)
            done += 1
            if done % self.plan.accumulate == 0 or done == count:
                self._step()
                self.order.start = done
                self.watch.step(Step(self.order.epoch, done, count, self._sums["loss"] / max(1, self._sums["steps"])))
                self._perhaps_save()

    def _backward(self, batch: Batch, group: int) -> None:
        """Add the gradients of a batch, one of a group for one step."""
        if bool((batch.targets == UNREADABLE).all()):
            return
        device = self.machine.device
        pictures, targets = batch.pictures.to(device, non_blocking=True), batch.targets.to(device, non_blocking=True)
        with self.machine.computing():
            scores = self.model(pictures)
        steps = targets[:, None].expand(-1, scores.shape[1]).reshape(-1)
        loss = functional.cross_entropy(scores.flatten(0, 1), steps, label_smoothing=self.plan.smoothing)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise self._diverged(value)
        self._scaler.scale(loss / group).backward()
        read = steps != UNREADABLE
        count = int(read.sum())
        self._sums["loss"] += value * count
        self._sums["right"] += int((scores.flatten(0, 1).argmax(dim=1)[read] == steps[read]).sum())
        self._sums["steps"] += count

    def _step(self) -> None:
        self._scaler.unscale_(self._optimizer)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._schedule.step()
        self._optimizer.zero_grad()
        if self.ema:
            self.ema.update_parameters(self.model)

    def _note(self, split: str, batch: Batch) -> None:
        """Remember what could not be read, once for each clip."""
        self._damage |= {self._names[split][place]: text for place, text in batch.damage.items()}

    def _diverged(self, value: float) -> TrainingError:
        at = f"epoch {self.order.epoch + 1}, batch {self.order.start + 1}"
        return TrainingError(
            f"{self.out}: the loss became {value} in {at}: the training diverged, nothing of that was saved\n"
            f"  Begin again with a smaller --rate than {self.plan.greatest_rate:g}, or a longer --warmup."
        )

    # --- evaluation ---------------------------------------------------------------------------------------------------

    def _evaluate(self) -> Scores:
        if self.plan.scratch:
            with self.machine.computing():
                remeasure(self.best, (batch.pictures.to(self.machine.device) for batch in self._norms))
        done, count = 0, len(self._valid)

        def told(batch: Batch) -> None:
            nonlocal done
            done += 1
            self._note("valid", batch)
            self.watch.step(Step(self.order.epoch, done, count, 0.0, evaluating=True))
            self._perhaps_stop()

        scores = score(*said(self.best, self._valid, self.machine, told))
        if scores is None:
            raise TrainingError(f"{self.dataset.root}: not one clip for validation can be read\n  Look at the files.")
        return scores

    def _end_epoch(self, scores: Scores) -> None:
        if not math.isfinite(scores.loss):
            raise self._diverged(scores.loss)
        steps = max(1, self._sums["steps"])
        better = not self._best or (scores.top1, -scores.loss) > (self._best["top1"], -self._best["loss"])
        epoch = Epoch(
            epoch=self.order.epoch + 1,
            rate=self._optimizer.param_groups[0]["lr"],
            train_loss=self._sums["loss"] / steps,
            train_top1=self._sums["right"] / steps,
            valid_loss=scores.loss,
            valid_top1=scores.top1,
            valid_top5=scores.top5,
            valid_mean_class=scores.mean_class,
            best=better,
        )
        if better:
            mark = results.save_weights(self.out, self.best, self.dataset.classes, scores)
            self._best = {"epoch": epoch.epoch, "top1": scores.top1, "top5": scores.top5, "loss": scores.loss,
                          "mean_class": scores.mean_class, "clips": scores.clips, "backbone": mark}  # fmt: skip
        self._history.append(epoch.row())
        results.save_log(self.out, self._history)
        self._sums = {"loss": 0.0, "right": 0, "steps": 0}
        self.order.epoch, self.order.start = self.order.epoch + 1, 0
        self.save()
        self._write_record(finished=False)
        self.watch.epoch(epoch)
        self._perhaps_stop()

    def _write_record(self, *, finished: bool) -> dict[str, Any]:
        record = {
            "finished": finished,
            "plan": self.plan.as_dict(),
            "begun_with": self._source,
            "dataset": self.dataset.record(),
            "damaged_while_read": dict(sorted(self._damage.items())),
            "best": self._best,
            "machine": {"precision": self.machine.precision, **results.versions(self.machine.device)},
        }
        storage.save_json(self.out / storage.RECORD, record)
        return record

    # --- going on -----------------------------------------------------------------------------------------------------

    def _perhaps_save(self) -> None:
        if time.monotonic() - self._saved > self.machine.save_minutes * 60:
            self.save()
        self._perhaps_stop()

    def _perhaps_stop(self) -> None:
        if code := self.watch.stop():
            self.save()
            at = f"in epoch {self.order.epoch + 1}" if self.order.epoch < self.plan.epochs else "at its end"
            raise Interrupted(
                f"stopped {at} of {self.plan.epochs}; all is saved in {self.out}\n"
                f"  Go on with: sensegraph train backbone {self.dataset.root} --out {self.out} --resume",
                code,
            )

    def save(self) -> None:
        """Write the whole state, from which `restore` goes on as if nothing had been.

        Raises:
            SinkError: It cannot be written; the state of before is still there.
        """
        cuda = torch.cuda.get_rng_state_all() if self.machine.device == "cuda" else []
        state = {
            "format": storage.FORMAT,
            "plan": self.plan.as_dict(),
            "source": self._source,
            "dataset": self.dataset.digest,
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict() if self.ema else {},
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "scaler": self._scaler.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": cuda,
            "epoch": self.order.epoch,
            "batch": self.order.start,
            "sums": self._sums,
            "best": self._best,
            "history": self._history,
            "damage": self._damage,
        }
        storage.save_tensors(self.out / storage.STATE, state)
        self._saved = time.monotonic()

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a state that `save` wrote.

        Raises:
            DatasetError: It belongs to other clips.
        """
        if state["dataset"] != self.dataset.digest:
            what = "the clips are not those that the training began with"
            raise refused(self.dataset.root, what, f"Put them back, or begin anew with --from {self.out}.")
        self.model.load_state_dict(state["model"])
        if self.ema:
            self.ema.load_state_dict(state["ema"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._scaler.load_state_dict(state["scaler"])
        torch.set_rng_state(state["rng"])
        if self.machine.device == "cuda" and len(state["cuda_rng"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(state["cuda_rng"])
        self.order.epoch, self.order.start = state["epoch"], state["batch"]
        self._source, self._sums, self._best = state["source"], state["sums"], state["best"]
        self._history, self._damage = state["history"], state["damage"]
