"""Censoring and immortal time in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dashboard.texts.survival import rounded

if TYPE_CHECKING:
    from core.studies.censoring_lesson import CensoringLesson, Way
    from core.studies.immortal_time import Analysis, Group

SIMULATED = "Simulated patients, drawn by the published model; no real patient and no treatment effect is shown."
DRAW_AGAIN = "Draw other patients"
HALF_LOST = "Half of the patients who live are lost within, months"
SICKER = "Who is lost?"
WHO = {False: "Anybody", True: "The sicker first"}
NAIVE = "Compare with"
WAY_NAMES: Mapping[str, str] = {
    "truth": "Truth, every death known",
    "kaplan_meier": "Kaplan-Meier",
    "left_out": "Lost patients left out",
    "as_dead": "Lost counted as dead",
    "as_alive": "Lost counted as alive",
}
WAY_MEANINGS: Mapping[str, str] = {
    "truth": "nobody lost, which no study has",
    "kaplan_meier": "each patient counts as long as followed",
    "left_out": "without those lost before 3 years",
    "as_dead": "dead from the day of the last contact",
    "as_alive": "alive to the end",
}
CENSORING_HEAD = ("The same cohort", "Alive at 3 years", "95 % interval", "n", "Deaths", "At risk at 3 years")
WEEKS = "Weeks between sessions"
LANDMARK = "Landmark, months"
COUNTING = "Curves"
COUNTING_NAMES: Mapping[str, str] = {
    "received": "Sessions received, from the first HAIC",
    "landmark": "Sessions received by the landmark, from there",
    "planned": "Sessions planned, from the first HAIC",
}
GROUP_NAMES = {False: "1 to 3 sessions", True: "4 to 8 sessions"}
IMMORTAL_HEAD = ("Counted as", "Hazard ratio per session", "95 % interval", "n", "Deaths")
GROUPS_HEAD = ("The curves", "Alive at 3 years", "95 % interval", "n", "Deaths")
TRUE_RATIO = ("Truth, by construction", "1.000", "", "", "")
NOTHING = (
    "In this simulation a session does nothing: 1 to 8 sessions are planned by lot and the hazard of death does not "
    "depend on them. Any difference between many and few sessions is made by the counting."
)
KNOWN_AS = "Kaplan and Meier, J Am Stat Assoc 1958;53:457-481."
LANDMARK_SOURCE = "Landmark analysis: Anderson et al., J Clin Oncol 1983;1:710-719."
IN_THE_PAPER = (
    "In the paper: response and number of sessions enter the post-treatment nomogram with time counted from the "
    "initial treatment (He et al. 2023, Follow-up protocol and endpoints), so its hazard ratio of .74 per session "
    "holds some immortal time. How much cannot be told from what is printed."
)
FROM_LANDMARK = "the landmark"


def simulated(seed: int) -> str:
    """What is shown, and from which draw."""
    return f"{SIMULATED} Seed {seed}."


def censoring_row(way: Way) -> tuple[str, ...]:
    """As in CENSORING_HEAD."""
    return (
        f"{WAY_NAMES[way.name]} ({WAY_MEANINGS[way.name]})",
        f"{100 * way.survival:.1f} %",
        f"{100 * way.low:.1f}–{100 * way.high:.1f} %",
        str(way.n),
        str(way.events),
        str(way.at_risk),
    )


def censoring_conclusion(lesson: CensoringLesson, *, sicker_first: bool) -> str:
    """What to conclude, from the numbers as they came out."""
    truth, km = lesson.way("truth").survival, lesson.way("kaplan_meier")
    dead, alive = lesson.way("as_dead").survival, lesson.way("as_alive").survival
    holds = km.low <= truth <= km.high
    begin = (
        f"{lesson.lost_before} of {lesson.n} patients are lost before 3 years. Counting them as dead gives "
        f"{_percent(dead)}, as alive {_percent(alive)}; the truth is {_percent(truth)}. "
    )
    if sicker_first:
        return begin + (
            f"Kaplan-Meier says {_percent(km.survival)}"
            + (", and its interval misses the truth: " if not holds else "; its interval still holds the truth, but ")
            + "where the sicker are lost first, those who stay are the healthier ones. No method mends that from the "
            "data alone: conclude nothing before you know why patients were lost."
        )
    close = (
        "whose interval holds the truth" if holds else "whose interval misses the truth here, as 1 in 20 does by chance"
    )
    return begin + (
        f"Kaplan-Meier uses each patient as long as followed and says {_percent(km.survival)}, {close}. Conclude: a "
        "lost patient is neither dead nor alive but known up to a day; the fewer are still at risk, the wider the "
        "interval."
    )


def immortal_row(found: Analysis) -> tuple[str, ...]:
    """As in IMMORTAL_HEAD."""
    return (
        COUNTING_NAMES[found.counting],
        f"{found.hazard_ratio:.3f}",
        f"{found.low:.3f}–{found.high:.3f}",
        str(found.n),
        str(found.events),
    )


def group_row(group: Group) -> tuple[str, ...]:
    """As in GROUPS_HEAD."""
    return (
        GROUP_NAMES[group.many],
        f"{100 * group.survival:.1f} %",
        f"{100 * group.low:.1f}–{100 * group.high:.1f} %",
        str(group.n),
        str(group.events),
    )


def immortal_conclusion(found: Mapping[str, Analysis], last_months: float) -> str:
    """What to conclude, from the numbers as they came out."""
    received, landmark = found["received"], found["landmark"]
    eighth = (
        f"The eighth session is given {rounded(last_months)} months after the first at the earliest; who has it was "
        "alive until then. "
    )
    if received.high < 1:
        naive = (
            "Counted as received, a session that does nothing seems to lower the hazard (ratio "
            f"{received.hazard_ratio:.3f}, {received.low:.3f}–{received.high:.3f}). "
        )
    else:
        naive = (
            "At this interval too few die before their last session for it to show (ratio "
            f"{received.hazard_ratio:.3f}, {received.low:.3f}–{received.high:.3f}): let more weeks pass. "
        )
    holds = landmark.low <= 1 <= landmark.high
    mended = (
        f"From the landmark, with the sessions received until then, the ratio is {landmark.hazard_ratio:.3f} "
        f"({landmark.low:.3f}–{landmark.high:.3f}), "
        + ("which holds the true 1. " if holds else "which misses the true 1 here, as 1 in 20 draws does by chance. ")
    )
    left = found["planned"].n - landmark.n
    return (
        f"{eighth}{naive}{mended}It costs the {left} patients who died or left before. Conclude: patients who live "
        "longer can receive more sessions; a ratio per session received is not the effect of a session."
    )


def immortal_stretch(sessions: int) -> str:
    """What is written beside the marked stretch."""
    return f"all with {sessions} or more alive until here"


def curves_description(parts: Mapping[str, float]) -> str:
    """A figure in words, for screen readers."""
    return "Survival at 3 years: " + ", ".join(f"{name} {_percent(share)}" for name, share in parts.items())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
