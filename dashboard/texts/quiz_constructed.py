"""Questions about the four constructed cases; all questions; the names of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.texts.quiz import Question
from dashboard.texts.quiz_figure4 import FIGURE_4

if TYPE_CHECKING:
    from core.studies.teaching_cases import TeachingCase

_CUTS = "He et al. 2023, Results, Survival risk stratification"
_INCLUSION = "He et al. 2023, Materials and methods, Patient enrolment"

CONSTRUCTED = (
    Question(
        9,
        1,
        "The board has one minute for this patient. What do you say first?",
        (
            "“Indeterminate risk”",
            "“Of 100 people like this, about {alive36} are alive at 3 years, range {range36}”",
            "“Linear predictor {lp}, {total} points”",
        ),
        1,
        "The probability comes first, with its range and its time origin; the group is second, because it throws most "
        "of the information away, and here the two cut-offs disagree about it. Points and linear predictor are for "
        "the way there.",
        f"{_CUTS}.",
    ),
    Question(
        9,
        2,
        "By the printed cut-off of −0.26 this patient (linear predictor {lp}) is at low risk, and the paper prints "
        "91.2, 55.4 and 25.1 % alive at 1, 3 and 5 years for that group. The model gives {alive12}, {alive36} and "
        "{alive60} of 100. What follows?",
        (
            "The patient is at low risk: the group is what counts",
            "The coefficients must be wrong",
            "The printed cut-off does not fit the printed group survival",
        ),
        2,
        "One patient does not refute a group, but simulated cohorts do: cut at −0.26, of the high-risk group 20, 0 "
        "and 0 % are alive in place of the printed 35.7, 3.8 and 3.8 %; cut at −1.25, every figure comes within about "
        "6 points. So both cut-offs are shown, and what lies between is indeterminate.",
        f"{_CUTS} (Figure 5D); the simulated groups are those of the command reproduce.",
    ),
    Question(
        10,
        1,
        "From the first HAIC, about {alive36} of 100 are alive at 3 years. This patient has already lived 12 months. "
        "Of 100 like this who are alive at 12 months, about how many are alive at 3 years from the first HAIC?",
        ("{alive36}", "{alive12}", "{now36}"),
        2,
        "S(36) / S(12): the {alive12} who reach 12 months are the new 100. Among them about {now36} reach 36 months "
        "(range {now_range36}). Nothing about the patient has become better; the deaths of the first year lie behind.",
        "He et al. 2023, Materials and methods, Follow-up protocol and endpoints (OS is counted from the initial "
        "treatment).",
    ),
    Question(
        10,
        2,
        "Why does the post-treatment nomogram need this more than the one before treatment?",
        (
            "Because response and sessions are known only of patients who have lived until then",
            "Because treatment lowers the hazard with time",
            "Because its curve ends earlier",
        ),
        0,
        "Response is assessed 4 to 6 weeks after the first HAIC at the earliest, the sessions take months. Counting "
        "from the first HAIC gives these patients credit for time in which they could not have died (immortal time).",
        "He et al. 2023, Materials and methods, Follow-up protocol and endpoints; Anderson et al., J Clin Oncol "
        "1983;1:710-719.",
    ),
    Question(
        11,
        1,
        "4.2 cm tumour, ECOG 2, treated before. How many of the study's {criteria} criteria are not met?",
        ("None", "1", "2", "{not_met}"),
        3,
        "Largest tumour over 5 cm, ECOG below 2, no treatment of the HCC before, and HAIC as first line, which the "
        "treatment before also rules out.",
        f"{_INCLUSION}.",
    ),
    Question(
        11,
        2,
        "The nomogram gives about {alive36} of 100 alive at 3 years (range {range36}). How is that to be read?",
        (
            "As for any patient: the range covers it",
            "Behind a named warning: nobody like this was in the study",
            "It is impossible to compute",
        ),
        1,
        "The arithmetic works for any number. But the range tells how well the model is known in patients like its "
        "own; it knows nothing of the difference between those and this one. So the unmet criteria are named beside "
        "the result.",
        f"{_INCLUSION}.",
    ),
    Question(
        12,
        1,
        "One tumour of 6.5 cm, no invasion, no spread, ECOG 0, Child-Pugh A. Which BCLC stage (2022)?",
        ("0", "{bclc}", "B", "C"),
        1,
        "A single tumour of any size over 2 cm, without invasion or spread and with liver function and performance "
        "kept, is stage {bclc}. The CLIP score is {clip}. Neither asks for MTM or an image score.",
        "Reig et al., J Hepatol 2022;76:681-693 (BCLC 2022); compared with the nomograms in He et al. 2023, Table 3.",
    ),
    Question(
        12,
        2,
        "Stage {bclc}, but with the assumed DLR score of {dlr} the nomogram before treatment says {group}, about "
        "{alive36} of 100 alive at 3 years. Who is right?",
        (
            "BCLC: it is the guideline",
            "The nomogram: it uses the images",
            "They look at different things, and the DLR score here is assumed",
        ),
        2,
        "BCLC groups patients for a choice of treatment by number, invasion, spread and function; the nomogram weighs "
        "PVTT and a DLR score. With a DLR of {high_dlr} it would say about {alive36_high_dlr} of 100. Disagreement is "
        "a reason to look at the inputs, not to pick a winner.",
        "He et al. 2023, Table 3 (AUC of BCLC .5414 and of the preoperative nomogram .7099 in the training cohort).",
    ),
)
QUESTIONS = (*FIGURE_4, *CONSTRUCTED)
SOLUTIONS = tuple((question.name, question.right) for question in QUESTIONS)

CONSTRUCTED_NAMES = {
    9: "between the cut-offs",
    10: "a year after the first HAIC",
    11: "outside the study",
    12: "early stage, poor score",
}
ORIGINS = {
    "figure 4": (
        "Patient of the paper's Figure 4. Age, PVTT, response, sessions and subtype are as printed; the DLR score is "
        "assumed; all else is unknown."
    ),
    "constructed": "Made up for teaching: no patient. MTM is as if from pathology; the DLR score is assumed.",
}
PICTURES = "Compute its pictures"
PICTURES_ARE = (
    "Simulated on this machine: a computed patient with the same PVTT and subtype. Not the patient, not the pictures "
    "of the paper."
)
COMPUTING = "Simulating both phases"
OUTLINES = "Outline liver and tumour"
CHECK, RIGHT, WRONG = "Check the answer", "Right.", "Not so. Right is:"
AGAIN = "Start the quiz again"
SIGN_NAMES = {
    "non_smooth_margin": "non-smooth margin",
    "capsule": "capsule",
    "arterial_rim": "arterial rim enhancement",
    "intratumoral_artery": "intratumoral artery",
    "mosaic": "mosaic",
    "blood_products": "blood products",
    "substantial_necrosis": "substantial necrosis",
}
SIGNS_SOURCE = (
    "Signs are drawn as often as they occur with and without MTM: Li et al., Radiology 2023;308:e230255. None of them "
    "decides."
)


def case_name(case: TeachingCase) -> str:
    """For the list."""
    if case.shown_under is None:
        return f"{case.number}: constructed, {CONSTRUCTED_NAMES[case.number]}"
    return f"{case.number}: Figure 4, {case.shown_under}, {'MTM' if case.mtm else 'non-MTM'}"


def score(right: int, answered: int, total: int) -> str:
    """The score of the session."""
    return f"{right} of {answered} right, {total - answered} of {total} still to answer. The first answer counts."


def drawn(signs: tuple[str, ...], size_cm: float, count: int) -> str:
    """What the simulation drew."""
    named = ", ".join(SIGN_NAMES[sign] for sign in signs) or "none of the signs"
    tumours = "1 tumour" if count == 1 else f"{count} tumours, the largest"
    return f"Drawn: {tumours} of {size_cm:g} cm; {named}. {SIGNS_SOURCE}"
