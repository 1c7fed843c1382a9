"""CalorieAccumulator, its work model and its table."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.packet import Packet, Stamp
from sensegraph.payload import NOBODY, NOTHING, OTHER, Scores, Totals
from sensegraph.testing import drive
from sensegraph_nodes.calories import CalorieAccumulator, ReferenceMeter, correction, resting_rate
from sensegraph_nodes.met_table import ACTIVITIES, class_met
from sensegraph_nodes.recovery import Recovery
from sensegraph_nodes.work import WorkModel
from tests.nodes.body import decisions, figure, film, nobody, wave

LABELS = Path(__file__).parents[3] / "shared" / "reference" / "labels.json"

GOLDEN = [
    ("male", 1617.5, 1.0906, 9.002, 8.688),
    ("female", 1451.5, 1.2153, 10.032, 9.682),
    ("unknown", 1534.5, 1.1496, 9.489, 9.158),
]


def totals(node: CalorieAccumulator, seconds: float, label: str = "Squats", **inputs: list[Packet]) -> list[Totals]:
    """Return what a node says about somebody who does one thing."""
    return drive(node, exercise=decisions(seconds, lambda t: label), **inputs)["totals"]


@pytest.mark.parametrize(("gender", "rest", "factor", "kcal", "running"), GOLDEN)
def test_reference_equations_give_the_golden_numbers(
    gender: str, rest: float, factor: float, kcal: float, running: float
) -> None:
    """A minute of MET 8 at four steps per second, for 70 kg, 170 cm, 30 years."""
    assert resting_rate(70, 170, 30, gender) == rest
    assert correction(70, rest) == pytest.approx(factor, abs=5e-5)
    meter = ReferenceMeter(70, correction(70, rest))
    for step in range(240):
        meter.update(8.0, 1.0 if step == 0 else 0.25)
    assert meter.kcal == pytest.approx(kcal, abs=5e-4)
    assert meter.running == pytest.approx(running, abs=5e-4)


def test_reference_rate_decays_with_its_time_constant() -> None:
    """After an effort the running rate falls by exp(-t/60 s) once the mean lies below it."""
    meter = ReferenceMeter(70, 1.0)
    for _ in range(400):
        meter.update(8.0, 0.25)
    for _ in range(200):
        meter.update(0.0, 0.25)
    before = meter.running
    for _ in range(240):
        meter.update(0.0, 0.25)
    assert meter.running == pytest.approx(before * 0.3679, rel=1e-3)


def test_reference_mode_says_so() -> None:
    """The row of the reference mode has its basis and no work in it."""
    last = totals(CalorieAccumulator(mode="reference"), 5)[-1]
    assert last.basis == "reference"
    assert 0 < last.kcal < 1


def test_without_landmarks_the_table_decides() -> None:
    """A minute of squats is 5 MET x 70 kg x 1/60 h."""
    rows = totals(CalorieAccumulator(), 60)
    assert {(row.met, row.basis) for row in rows} == {(5.0, "class")}
    assert rows[-1].kcal == pytest.approx(5.0 * 70 / 60, rel=1e-6)


def test_one_row_for_each_step() -> None:
    """Four rows per second, with the time of the step."""
    landmarks = film(5, lambda t: figure(squat=wave(t, 2)))
    assert len(totals(CalorieAccumulator(), 5, landmarks=landmarks)) == 20


def test_harder_work_costs_more() -> None:
    """Faster arms cost more than slow ones, and those more than standing."""
    rates = []
    for arms in (lambda t: 0.0, lambda t: wave(t, 2), lambda t: wave(t, 1)):
        landmarks = film(8, lambda t, arms=arms: figure(arms=arms(t)))
        rates.append(totals(CalorieAccumulator(), 8, OTHER, landmarks=landmarks)[-1])
    assert rates[0].met == pytest.approx(1.3, abs=0.05)
    assert rates[0].met < rates[1].met < rates[2].met
    assert rates[2].basis == "work+class"


def test_a_surer_class_counts_more() -> None:
    """Somebody who stands still under the label of squats: the rate rises with the probability."""
    landmarks = film(8, lambda t: figure())
    rates = [
        drive(CalorieAccumulator(), exercise=decisions(8, lambda t: "Squats", score), landmarks=landmarks)["totals"][
            -1
        ].met
        for score in (0.2, 0.6, 1.0)
    ]
    assert rates == sorted(rates)
    assert 1.3 < rates[0] < rates[-1] < 5.0


def test_size_in_the_picture_does_not_matter() -> None:
    """The same movement costs the same near and far away."""
    rates = [
        totals(
            CalorieAccumulator(),
            8,
            OTHER,
            landmarks=film(8, lambda t, s=scale: figure(arms=wave(t, 1), scale=s)),
        )[-1].met
        for scale in (80.0, 240.0)
    ]
    assert rates[0] == pytest.approx(rates[1], rel=0.01)


def test_coming_closer_is_not_work() -> None:
    """Somebody who grows by a half in two seconds does not reach a runner's rate."""
    landmarks = film(8, lambda t: figure(scale=120 + 30 * min(max(t - 3, 0), 2)))
    rows = totals(CalorieAccumulator(), 8, OTHER, landmarks=landmarks)
    assert max(row.met for row in rows) < 4


def test_nobody_is_at_rest() -> None:
    """An empty picture costs one MET."""
    rows = totals(CalorieAccumulator(), 4, NOBODY, landmarks=film(4, lambda t: nobody()))
    assert {(row.met, row.basis) for row in rows} == {(1.0, "class")}


def test_a_pause_in_the_media_is_charged_once() -> None:
    """Energy follows media time, whatever the number of steps."""
    steps = decisions(20, lambda t: "Squats")
    every, some = (
        drive(CalorieAccumulator(), exercise=each)["totals"][-1].kcal for each in (steps, [steps[0], steps[-1]])
    )
    assert every == pytest.approx(some)


def test_the_work_model_forgets_who_is_gone() -> None:
    """After half a second without a person there is no rate to hold."""
    work = WorkModel(1.7)
    for packet in film(3, lambda t: figure(arms=wave(t, 1))):
        work.push(packet.payload, packet.stamp.time_ns)
    assert work.met() is not None
    work.push(nobody(), 4_000_000_000)
    assert work.met() is None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["Squats", "Jumping Jacks", OTHER, NOTHING, NOBODY]), min_size=1, max_size=8),
    st.sampled_from(["blend", "reference"]),
    st.floats(20, 300),
)
def test_energy_never_falls(labels: list[str], mode: str, weight: float) -> None:
    """Whatever is done, energy rises, and the blended rate stays within 1 and 15 MET."""
    seconds = len(labels)
    node = CalorieAccumulator(weight=weight, mode=mode)  # type: ignore[arg-type]
    landmarks = film(seconds, lambda t: figure(arms=wave(t, 0.5)) if labels[int(t)] != NOBODY else nobody())
    rows = drive(node, exercise=decisions(seconds, lambda t: labels[int(t)]), landmarks=landmarks)["totals"]
    energies = [row.kcal for row in rows]
    assert energies == sorted(energies)
    assert mode == "reference" or all(1 <= row.met <= 15 for row in rows)


@pytest.mark.parametrize("motion", ["squat", "arms"])
def test_the_same_motion_costs_more_when_it_is_faster(motion: str) -> None:
    """From one repetition in six seconds to one in a second the rate rises with each step of the tempo."""
    rates = []
    for period_s in (6.0, 4.0, 3.0, 2.0, 1.5, 1.2, 1.0):
        landmarks = film(12, lambda t, period_s=period_s: figure(**{motion: wave(t, period_s)}))
        rows = totals(CalorieAccumulator(), 12, landmarks=landmarks)
        rates.append(sum(row.met for row in rows[24:]) / len(rows[24:]))
    assert rates == sorted(set(rates))
    assert rates[-1] > rates[0] + 0.5


def test_after_an_effort_the_rate_falls_slowly() -> None:
    """By exp(-t/60 s) from what was reached, and the longer the effort was the higher that is."""
    rows = totals(CalorieAccumulator(), 900, label="Jumping Jacks")
    assert rows[-1].met == 8.0
    both = drive(CalorieAccumulator(), exercise=decisions(960, lambda t: "Jumping Jacks" if t < 900 else NOTHING))
    falling = [row.met for row in both["totals"]][3600:]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 7.9
    assert falling[-1] - 1.0 == pytest.approx(7 * 0.3679 + 0.3 * 0.6321, rel=0.01)
    short = drive(CalorieAccumulator(), exercise=decisions(20, lambda t: "Jumping Jacks" if t < 10 else NOTHING))
    assert short["totals"][40].met < 2.2


@given(st.lists(st.tuples(st.floats(0.5, 15), st.floats(0.01, 30)), min_size=1, max_size=20))
def test_recovery_never_lowers_a_rate(steps: list[tuple[float, float]]) -> None:
    """It stays between what is asked for and the highest that was asked for, and never under rest."""
    recovery = Recovery()
    highest = 1.0
    for met, seconds in steps:
        highest = max(highest, met)
        assert max(met, 1.0) <= recovery.step(met, seconds) <= highest + 1e-9


def test_every_label_has_a_rate_with_its_source() -> None:
    """81 of fitness, 30 of gestures: a code of the Compendium and a rate for each but the empty picture."""
    assert len(ACTIVITIES) == 78 + 27 + 3
    for label, activity in ACTIVITIES.items():
        assert label == NOBODY or (len(activity.code) == 5 and activity.code.isdigit())
        assert 1.0 <= activity.met <= 15.0


@pytest.mark.skipif(not LABELS.is_file(), reason="the shared label tables are not here")
def test_no_label_of_the_tables_is_forgotten() -> None:
    """Spelt as the heads spell them."""
    tables = json.loads(LABELS.read_text())
    assert {*tables["fitness"], *tables["gestures"]} == set(ACTIVITIES)


def test_every_label_of_the_shipped_head_has_a_rate() -> None:
    """No label falls back to the value for unknown ones."""
    description = resources.files("sensegraph.models") / "weights" / "fitness.json"
    labels = json.loads(description.read_text())["labels"]
    assert [label for label in labels if label not in ACTIVITIES] == []
    assert class_met("Jumping Jacks") == 8.0


def test_what_was_spent_survives_the_process() -> None:
    """A node that takes over in the middle ends with the same energy, in both modes."""
    import msgpack

    for mode in ("blend", "reference"):
        squats = [Scores("Squats", 0.9, (), True, frame) for frame in range(80)]

        def spend(node: CalorieAccumulator, frames: range, squats: list[Scores] = squats) -> float:
            kcal = 0.0
            for frame in frames:
                stamp = Stamp(frame * 250_000_000, frame=frame)
                kcal = node.process(squats[frame], None, None, stamp, {})["totals"].kcal
            return kcal

        whole, first, second = (CalorieAccumulator(mode=mode) for _ in range(3))
        for node in (whole, first, second):
            node.open()
        spend(first, range(50))
        second.restore(msgpack.unpackb(msgpack.packb(first.state())))
        assert spend(second, range(50, 80)) == pytest.approx(spend(whole, range(80)), rel=1e-9)
