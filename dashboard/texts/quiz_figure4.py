"""Questions about the eight patients of Figure 4."""

from __future__ import annotations

from dashboard.texts.quiz import Question

_LEGEND = "He et al. 2023, Figure 4, legend"
_MODEL = "He et al. 2023, Results, The development and validation of the MDLRN"
_CUTS = "He et al. 2023, Results, Survival risk stratification"
_RESPONSE = "He et al. 2023, Materials and methods, Follow-up protocol and endpoints"
_INCLUSION = "He et al. 2023, Materials and methods, Patient enrolment"
_HEATMAPS = "He et al. 2023, Results, Visualization interpretability"

FIGURE_4 = (
    Question(
        1,
        1,
        "The legend of Figure 4 prints four of the five inputs of the post-treatment nomogram. Which one is missing?",
        ("PVTT", "Response", "DLR score", "MTM subtype"),
        2,
        "PVTT, response and sessions are printed, the subtype stands in the picture's name. No DLR score is printed "
        "for any of the eight; {dlr} is assumed here. With {low_dlr} about {alive36_low_dlr} of 100 patients like "
        "this would be alive at 3 years, with {high_dlr} about {alive36_high_dlr}: the number nobody printed moves "
        "the answer most.",
        f"{_LEGEND}; {_MODEL}.",
    ),
    Question(
        1,
        2,
        "With the assumed DLR score, of 100 patients like this, about how many are alive at 3 years?",
        ("{dead36}", "{alive36}", "{alive12}", "{alive60}"),
        1,
        "The linear predictor is {lp}, so about {alive36} are alive at 3 years (range {range36}) and {dead36} have "
        "died. {alive12} is the number at 1 year, {alive60} that at 5 years. Build it yourself on the first part of "
        "this page.",
        f"{_MODEL}; the baseline is derived from the group survival in Results, Survival risk stratification.",
    ),
    Question(
        2,
        1,
        "The linear predictor is {lp}. The printed cut-off is −0.26; the one that reproduces the printed group "
        "survival is −1.25. Which risk group is this?",
        ("Low risk", "High risk", "Indeterminate"),
        2,
        "It lies between the two cut-offs, if barely: by the printed one the patient is at low risk, by the other at "
        "high risk. A patient on whom they disagree is shown as indeterminate and is never put into a group silently.",
        f"{_CUTS} (−0.26 is published, −1.25 derived).",
    ),
    Question(
        2,
        2,
        "Compared with case 1, what makes the hazard of this patient higher in the model?",
        ("The age of 40", "The MTM subtype and fewer sessions counted", "PVTT", "Stable disease"),
        1,
        "PVTT and stable disease are the same in both and age is no input. MTM multiplies the hazard by 2.44, two "
        "sessions in place of more than three divide it by .74 twice, that is 1.83 times. This compares two patients; "
        "it does not say what two more sessions would do, for only those who live can receive them (see Immortal "
        "time).",
        f"{_LEGEND}; {_MODEL}.",
    ),
    Question(
        3,
        1,
        "Case 1 had 6 sessions, this patient 5; PVTT, response and subtype are the same. With the same DLR score, how "
        "do the two prognoses differ?",
        ("Not at all", "This one is worse", "This one is better"),
        0,
        "The model counts more than three sessions as one class: 5 and 6 both enter as 4. (Table 2 has the classes 1, "
        "2, 3 and > 3; counting them 1 to 4 is assumed, for the paper does not state the coding.)",
        "He et al. 2023, Table 2, Rounds of HAIC.",
    ),
    Question(
        3,
        2,
        "Figure 4 shows case 1 under “1-year OS” and this one under “2-years OS”. What, in the model, can tell them "
        "apart?",
        ("The fifth session", "The age", "Only the DLR score"),
        2,
        "Every other input is equal, and age is not among them. The paper does not say either whether the heading is "
        "what was predicted or what happened: the heatmaps are “divided into prediction groups for 1/2/3/>3-year "
        "death/survival”.",
        f"{_HEATMAPS}.",
    ),
    Question(
        4,
        1,
        "The legend prints this patient twice, once with 5 sessions and once with 6. What does the doubt change in the "
        "nomogram?",
        ("Nothing", "The points of the sessions", "The total, but not the survival"),
        0,
        "More than three sessions are one class, so that the slip is harmless here. With 3 and 4 it would not be. "
        "Always ask what a contradiction changes before you worry about it.",
        f"{_LEGEND} (the sentence on the 2-years OS MTM image).",
    ),
    Question(
        4,
        2,
        "PVTT has a hazard ratio of 1.38. This patient has none. Compared with the same patient with PVTT, the hazard "
        "is",
        ("1 − 1.38 = −.38 times", "1 / 1.38 = .72 times", ".38 times", "the same"),
        1,
        "A hazard ratio is read backwards by dividing: e to the power of −ln 1.38. It can never be negative, and it "
        "does not mean that survival itself is multiplied by .72.",
        f"{_MODEL}.",
    ),
    Question(
        5,
        1,
        "Which of this patient's inputs gives most points?",
        ("PVTT ({points_pvtt})", "HAIC sessions ({points_haic_sessions})", "The assumed DLR score ({points_dlr})"),
        2,
        "PVTT gives {points_pvtt} points, three sessions {points_haic_sessions}, the DLR score of {dlr} {points_dlr}: "
        "the DLR axis is the longest, so that even a good score costs points. Points say how far from its best end an "
        "input lies.",
        f"{_MODEL}; Figure 2B.",
    ),
    Question(
        5,
        2,
        "The partial response gives {points_response} points. Does response therefore not matter?",
        ("It matters: 0 points is the end of the axis that harms least", "Right, it does not", "It was not assessed"),
        0,
        "Stable disease would give {points_if_sd} points. Every axis begins at 0 where it harms least, so that 0 "
        "points mean the best answer and not “no effect”. What is unknown is never drawn as 0.",
        f"{_MODEL}; {_RESPONSE}.",
    ),
    Question(
        6,
        1,
        "How does the nomogram treat progressive disease (PD) against stable disease (SD)?",
        ("PD is worse", "The same", "PD is left out"),
        1,
        "The input is objective response: 1 for CR or PR, 0 for SD or PD by mRECIST. Whatever separates PD from SD is "
        "not in the model. Knowing what a model cannot see is part of reading it.",
        f"{_RESPONSE}; {_MODEL}.",
    ),
    Question(
        6,
        2,
        "The model gives about {alive36} of 100 such patients alive at 3 years, and Figure 4 shows this one under "
        "“3-years OS”. If that patient lived 3 years: is the model refuted?",
        (
            "Yes, it foretold death",
            "No: about {alive36} of 100 do, and this may be one of them",
            "Yes, if the DLR score is right",
        ),
        1,
        "One patient cannot refute a probability; many can. That is what calibration tests, and why a prognosis is "
        "told as a number of 100 people like this and never as what will happen to one.",
        "He et al. 2023, Results (calibration, Figure 2C–H).",
    ),
    Question(
        7,
        1,
        "This patient is 26 years old. What does the age do in the nomogram?",
        ("It lowers the total", "It raises the total", "Nothing"),
        2,
        "Age has no coefficient in either nomogram. It is an inclusion criterion (18–75 years), here met. Age classes "
        "stand in Table 1 for the MTM subtype, with the labels very probably swapped (contradiction 7).",
        f"{_INCLUSION}; {_MODEL}; Table 1.",
    ),
    Question(
        7,
        2,
        "Of how many of the study's {criteria} inclusion criteria can you say from the legend that they are met?",
        ("{criteria}: the patient is in Figure 4, so they must be", "{met}", "0", "{unknown}"),
        1,
        "Only the age is printed. That the authors included this patient is a good reason to believe the rest, but it "
        "is not a value: {unknown} criteria stay unknown, and unknown is counted and shown, never filled in.",
        f"{_INCLUSION}; {_LEGEND}.",
    ),
    Question(
        8,
        1,
        "This patient received 8 sessions. What is certain from that alone?",
        (
            "Eight sessions prolonged life",
            "The tumour was less aggressive",
            "The patient lived until the eighth session",
        ),
        2,
        "At three weeks between sessions (assumed) the eighth is given some five months after the first. Whoever dies "
        "earlier cannot have eight. That is immortal time: part of what sessions seem to do is that survivors receive "
        "them.",
        f"{_LEGEND}; Table 2, Rounds of HAIC. See the part Immortal time.",
    ),
    Question(
        8,
        2,
        "The paper calls the DLR score a “risk score” and prints a hazard ratio of .10 for it. What does a high score "
        "mean?",
        ("Better survival", "Worse survival", "It depends on the subtype"),
        0,
        "A ratio below 1 lowers the hazard, so that a high score goes with long survival, whatever it is called. The "
        "name is one of the paper's contradictions (21); the number decides.",
        f"{_MODEL}.",
    ),
)
