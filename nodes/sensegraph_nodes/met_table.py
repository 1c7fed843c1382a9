"""Metabolic rate of each exercise and gesture, from a published table.

Source: 2011 Compendium of Physical Activities (Ainsworth et al., Med. Sci. Sports Exerc. 43(8), 1575-1581).
    The table lists neither single exercises nor gestures: each label is given the nearest activity, our choice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sensegraph.payload import NOBODY, NOTHING, OTHER

RESTING_MET = 1.0


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the Compendium.

    Attributes:
        code: Its number there.
        met: Metabolic rate in MET.
        text: What it covers.
    """

    code: str
    met: float
    text: str


VIGOROUS = Activity("02020", 8.0, "calisthenics, vigorous effort (jumping jacks, push ups)")
MODERATE = Activity("02022", 3.8, "calisthenics, moderate effort (push ups, lunges)")
LIGHT = Activity("02024", 2.8, "calisthenics, light effort (abdominal crunches)")
GENERAL = Activity("02030", 3.5, "calisthenics, light or moderate effort, general")
SQUATS = Activity("02052", 5.0, "resistance training, squats")
STRETCHING = Activity("02101", 2.3, "stretching, mild")
PILATES = Activity("02105", 3.0, "pilates, general")
YOGA = Activity("02150", 2.5, "yoga, Hatha")
POWER_YOGA = Activity("02160", 4.0, "yoga, Power")
AEROBIC = Activity("03021", 7.3, "aerobic, high impact")
STANDING = Activity("07040", 1.3, "standing quietly")
LIGHT_TASKS = Activity("05160", 2.0, "standing, light effort tasks (pump gas, change light bulb)")
TALKING = Activity("09055", 1.5, "sitting, talking in person, on the phone, computer, light effort")
RUNNING_IN_PLACE = Activity("12025", 8.0, "jogging, in place")
BOXING = Activity("15110", 5.5, "boxing, punching bag")
ROPE = Activity("15552", 8.8, "rope jumping, slow pace")
NO_ACTIVITY = Activity("", RESTING_MET, "nobody there: at rest by definition")

_GROUPS: dict[Activity, tuple[str, ...]] = {
    VIGOROUS: (
        "Burpees", "Jumping Jacks", "Jump Lunges", "Mountain Climbers", "Squat Jacks", "Squat Jumps",
        "Puddle Jumps", "Snowboarders", "Bunny Hops", "Jumping Oblique Crunches",
    ),
    MODERATE: (
        "Pushups", "Lunges (alternating)", "Lunges (stationary)", "Moving Plank", "Plank Taps",
        "Bicycle Crunches", "Donkey Kicks", "Shoulder Gators",
    ),
    LIGHT: ("Reverse Crunches", "Plank", "Side-Plank", "Bird Dog", "Raised Leg Circles"),
    GENERAL: (
        "Arm Circles", "Floor Touches", "Good Mornings", "Halfway Lifts", "Hip Abductions", "Toe Toucher",
        "Standing Kicks (alternating)", "Standing Kicks (left)", "Standing Kicks (right)",
        "Standing Oblique Crunches",
    ),
    SQUATS: ("Squats", "Squat Kicks", "Squat Punches"),
    STRETCHING: (
        "Deltoid Stretch (left)", "Deltoid Stretch (right)", "Quad Stretch (left)", "Quad Stretch (right)",
        "Tricep Stretch", "Neck Rolls", "Hip Circles", "Knee Circles", "Quadruped Thoracic Spine Rotations",
    ),
    PILATES: ("The Hundred",),
    YOGA: (
        "Cat-Cow Pose", "Child Pose", "Cobra Pose", "Downward Dog", "Garland Pose", "Low Lunge Pose",
        "Tree Pose", "Upward Salute",
    ),
    POWER_YOGA: ("Warrior 1 (left)", "Warrior 1 (right)", "Warrior 2 (left)", "Warrior 2 (right)"),
    AEROBIC: ("Quick Feet", "Butt Kickers", "Boxing Bounce Steps"),
    RUNNING_IN_PLACE: ("High Knees",),
    BOXING: (
        "Boxing: Cross", "Boxing: Cross-Hook", "Boxing: Cross-Uppercut", "Boxing: Hook Left",
        "Boxing: Hook Left-Hook Right", "Boxing: Hook Left-Uppercut Right", "Boxing: Hook Right",
        "Boxing: Hook Right-Uppercut Left", "Boxing: Jab", "Boxing: Jab-Cross", "Boxing: Jab-Hook",
        "Boxing: Jab-Uppercut", "Boxing: Uppercut Left", "Boxing: Uppercut Left-Uppercut Right",
        "Boxing: Uppercut Right",
    ),
    ROPE: ("Air Jump Rope",),
    STANDING: (NOTHING,),
    LIGHT_TASKS: (OTHER,),
    TALKING: (
        '"Drinking" gesture', '"Sleeping" gesture', "Calling someone closer", "Covering ears", "Covering eyes",
        "Dabbing", "Facepalming", "Nodding", "Pointing left", "Pointing right", "Pointing to the camera",
        "Putting finger to mouth", "Rolling hand", "Scratching", "Shaking head", "Showing the middle finger",
        "Swiping down", "Swiping down (with two hands)", "Swiping left", "Swiping right", "Swiping up",
        "Swiping up (with two hands)", "Thumb down", "Thumb up", "Waving", "Zooming in", "Zooming out",
    ),
    NO_ACTIVITY: (NOBODY,),
}  # fmt: skip

ACTIVITIES = {label: activity for activity, labels in _GROUPS.items() for label in labels}
"""Label -> the activity it is taken for."""


def class_met(label: str) -> float:
    """Return the metabolic rate of a label in MET; an unknown label counts as light standing activity."""
    return ACTIVITIES.get(label, LIGHT_TASKS).met
