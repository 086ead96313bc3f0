"""Names, labels and standing sentences."""

from __future__ import annotations

from core.case import Phase
from core.report.sentences import (  # noqa: F401 - the page says it in the same words as the report
    AXES_UNCONDITIONAL,
    AXIS_NAMES,
    FIRST_HAIC,
    GROUP_NAMES,
    HEAD_MEANINGS,
    HEAD_NAMES,
    HEAT_CAVEAT,
    MASK_ORIGINS,
    MODEL_NAMES,
    NO_WARNINGS,
    NOT_FOR_CLINICAL_USE,
    SOURCE,
    UNKNOWN,
    WHERE_FROM,
    WIDEST_SOURCES,
    WORDS,
)

PRODUCT = "HAIC Nomogram"
ABOUT = (
    "A multitask deep-learning radiomics nomogram after He et al., Radiol Med 2023 (doi:10.1007/s11547-023-01719-1). "
    "Research and education. Not a medical device, not for clinical decisions."
)
DEMONSTRATION_WEIGHTS = "Image scores: demonstration weights, trained on simulated tumours; not valid for patients."
HEAT_FAILED = "Heatmap failed its checks"
SIMULATED = {Phase.ARTERIAL: "Simulated<br>arterial phase", Phase.PORTAL_VENOUS: "Simulated<br>portal-venous phase"}
PHASE_NAMES = {
    Phase.NATIVE: "Non-contrast",
    Phase.ARTERIAL: "Arterial",
    Phase.PORTAL_VENOUS: "Portal venous",
    Phase.DELAYED: "Delayed",
}
STEP_NAMES = {
    "liver": "Finding the liver",
    "registration": "Matching the two phases",
    "image checks": "Checking the images",
    "network": "Reading the liver with the network",
    "heatmaps": "Drawing the heatmaps",
    "radiomics": "Measuring texture and shape",
    "prognosis": "Working out the prognosis",
}
INPUT_LABELS = {
    "pvtt": "Portal vein tumour thrombus (PVTT)",
    "response": "Response (mRECIST)",
    "haic_sessions": "HAIC sessions so far",
    "months_since_first_haic": "Months since the first HAIC",
    "mtm": "MTM score",
    "dlr": "DLR score",
}
SCORE_HELP = {
    "mtm": (
        "Probability of the macrotrabecular-massive subtype, 0 to 1. "
        "Where pathology has answered, set 0 (not MTM) or 1 (MTM)."
    ),
    "dlr": "Deep-learning radiomics survival score, 0 to 1. Higher means better survival.",
}
KNOWN_NOT_LEVERS = (
    "Response and sessions describe what is known about the patient by now. They are not treatment effects: more "
    "sessions do not by themselves prolong life, patients who live longer can receive more."
)
POST_WAITS = "The post-treatment model is offered once the response has been assessed."
UPLOADS_STAY = "Images are read on this machine, kept for this session only and never sent on."
ANY_SERIES = "image series"
DROP_IMAGES = "Drop both contrast phases here"
DROP_FOLDER = "Drop a folder that holds both contrast phases"
WHOLE_FOLDER = "Choose a whole DICOM folder"
DROP_HELP = (
    "NIfTI, NRRD, MHA, a zip of a DICOM folder, or the DICOM files themselves, all at once. One zip may hold both "
    "phases. Which series is which phase is proposed and can be corrected."
)
DROP_MASK = "Liver mask drawn on one of these series"
DROP_MASK_HELP = (
    "A label map (NIfTI, NRRD, MHA; 1 liver, 2 lesion), a .seg.nrrd of 3D Slicer, a DICOM SEG or an RTSTRUCT, or a zip "
    "of one. It must lie on the voxels of the portal-venous series, or of the arterial one."
)
LIVER_NUMBER = "Number of the liver in the file"
LIVER_NUMBER_FIELD = f"the field “{LIVER_NUMBER}”"
LIVER_NUMBER_HELP = (
    "Only where the file does not say by itself: the liver's value in a map of several organs, or the place of its "
    "segment or structure in a list, from 1."
)
FOUND_BY_ITSELF = "found by itself"
CORRECT_MASK = "Correct the mask"
DRAW_HOW = "Draw around a region on either picture; it is closed by itself."
NOT_DRAWING = "Look only"
STROKE = "A stroke"
STROKES = {"add": "Add", "remove": "Remove"}
TISSUES = {"liver": "Liver", "lesion": "Lesion"}
STEP_MM = "Step, mm"
SAVE_MASK = {".nii.gz": "Save the mask as NIfTI", ".seg.nrrd": "Save the mask for 3D Slicer"}
ASSESS_CORRECTION = "Assess with this mask"
DROP_RECORD = "Load clinical.json"
OWN_MASK = "Use a liver mask of your own"
MASK_TAKEN = "Your liver mask replaces the segmenter's."
RECORD_FILE = "Load or save these values as a file"
READING = "Reading the images"
PREPARING = "Preparing"
DEMO_IS = "A procedural patient, made by computer: no images of anybody."
DEMO_LOADED = "The demo case is loaded: a procedural patient, made by computer. Both phases are simulated."
IMAGES_LOADED = "The images of this case are being assessed."
IMAGES_FINE = "Nothing to remark on the images."
WHAT_HAPPENS = "What the assessment does"
NOTHING_ASSESSED = "No images have been assessed yet."
FAULT = "Something went wrong on our side; your entries are kept. The log of the server says more."
DIRECTIONS = {"axial": "from the feet up", "coronal": "from front to back", "sagittal": "from right to left"}
