"""A training as plain values, for `classifier.json`: the same clips, plan and program give the same bytes."""

from __future__ import annotations

from typing import Any

from sensegraph import __version__
from sensegraph.models.classifier import VERSION
from sensegraph.models.traits import TRAITS_VERSION
from sensegraph.training.classifier.course import Attempt, Course
from sensegraph.training.classifier.score import Score, scores
from sensegraph.training.classifier.sight import Tuning


def record(course: Course, head: str) -> dict[str, Any]:
    """Return what runs the classifier, and what is known of it.

    Args:
        course: The training.
        head: SHA-256 of its layer's file.
    """
    seen, choice = course.best.sight, course.best.choice
    return {
        "version": VERSION,
        "project": course.project,
        "labels": list(course.lesson.labels),
        "backbone": seen.backbone,
        "hands": seen.hands,
        "space": seen.space,
        "traits": TRAITS_VERSION if seen.traits else 0,
        "net": seen.net,
        "layers": course.plan.layers,
        "head": head,
        "decision": choice.decision.as_dict(),
        "metrics": {title: _figures(score, course) for title, score in scores(course).items()},
        "training": _training(course),
    }


def _figures(score: Score, course: Course) -> dict[str, Any]:
    return {**score.figures(), **({"events": score.events()} if course.lesson.temporal else {})}


def _training(course: Course) -> dict[str, Any]:
    best, labels = course.best, course.lesson.labels
    images = best.choice.material.mirrors
    dropped = [
        {"movement": movement, "looks_like": label, "dropped": count, "drawn": drawn}
        for movement, label, count, drawn in best.choice.dropped()
    ]
    return {
        "sensegraph": __version__,
        "plan": course.plan.as_dict(),
        "nets": dict(best.sight.nets),
        "clips": [
            {"id": clip.id, "class": clip.label, "session": clip.session, "fold": fold}
            for clip, fold in zip(best.clips, best.folds, strict=True)
        ],
        "mirrored": {
            label: labels[image] for label, image in zip(labels[:-1], images[:-1], strict=True) if image is not None
        },
        **({"tuning": _tuning(best.sight.tuned)} if best.sight.tuned else {}),
        "tried": [_attempt(each) for each in course.attempts],
        "bank": {"drawn": len(best.choice.kept), "kept": int(best.choice.kept.sum()), "dropped": dropped},
        "remarks": [str(each.what) for each in course.remarks],
    }


def _tuning(tuned: Tuning) -> dict[str, Any]:
    history = [
        {key: None if value is None else round(value, 4) for key, value in each.items()} for each in tuned.history
    ]
    return {"held_back": sorted(tuned.held_back), "epochs": history, "best": tuned.best + 1}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    accuracy, own = attempt.choice.accuracy, attempt.choice.layer.weight[:-1, : attempt.sight.embedded]
    return {
        "space": attempt.sight.space,
        "hands": attempt.sight.hands,
        "embedding": bool(own.any()),
        "traits": attempt.sight.traits,
        "penalty": attempt.choice.trial.penalty,
        "accuracies": {str(penalty): share for penalty, share in attempt.choice.accuracies.items()},
        "accuracy": None if accuracy != accuracy else round(accuracy, 4),
    }
