"""What of a description in the PACS is shown: words of the CT room, in some languages, and short numbers.

A description is the hospital's free text and may hold a name. To tell series apart, phase, region, plane, slice
thickness and kernel are enough; for every other word, for long numbers and for what may be a date stands an ellipsis.
"""

from __future__ import annotations

import re

HIDDEN = "…"
LONGEST = 64
_PIECE = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?|[^\w\s]+|_+", re.UNICODE)
_DATE = re.compile(r"\d+(?:[-./:]\d+){2,}")
_MOST_DIGITS = 3
_KERNEL = re.compile(r"(?<![^\W_])(?:[A-Z][a-z]?\d{2}[a-z]?|[a-z]\d{2}[fhms]?|FC\d{2}|I\d{2}f)(?![^\W_])")

_PHASES = """
arterial art arteriel arterielle arteriell arterielle arterieller arteriale arteriosa early frueh früh late
spaet spät tardive tardiva tardia portal porto portale porta portalvenous portalvenoes portalvenös venous
venoes venös venöse veineux veineuse venosa venoso ven port delayed delay equilibrium equilibre excretory
excretoire native nativ nativa natif plain non contrast noncontrast unenhanced enhanced enhancement pre post
without with mit ohne sans avec senza con contrasto contraste kontrast phase phases fase phasen biphasic
triphasic multiphase multiphasic dual triple parenchymal nephrographic hepatic pancreatic bolus tracking smart
prep op ap pv vp iv km ce nc premonitoring monitoring test timing cect nect
动脉期 门脉期 门静脉期 静脉期 平扫 延迟期 增强 動脈相 門脈相 平衡相 単純 造影 동맥기 문맥기
지연기 артериальная портальная венозная нативная
отсроченная фаза
"""
_REGIONS = """
liver leber foie higado hígado fegato печень 肝 肝脏 肝臓 간 abdomen abdominal abd abdo abdome addome
брюшная thorax chest torax torace lung lungs lunge pelvis pelvic becken bassin pelvi neck hals head
skull body trunk whole upper lower ober unter oberbauch bauch spine kidney kidneys niere nieren
pancreas pankreas spleen bone bones knochen soft tissue weichteil mediastinum vessel vessels aorta
angio angiography cta tace haic hcc ct of and to the mdct kub tap cap
"""
_MAKING = """
axial axials axiale transversal transverse coronal coronale koronar cor sagittal sagittale sag
oblique mpr mip minip vrt volume recon reconstruction reformat reformatted rekonstruktion ax st thin
thick slice slices schicht duenn dünn standard std smooth sharp soft hard medium detail lung plus
kernel filter iterative iter asir asirv safire admire idose dlir truefidelity adaptive aidr fbp veo
mono monoenergetic dect spectral dual energy energie iodine iodmap virtual vnc kev kvp mas mm cm sec
seconds min hu topogram scout localizer localiser surview scanogram dose report protocol patient
screen save secondary capture derived original primary series serie study images image series
routine follow staging restaging baseline control kontrolle verlauf planning biopsy ablation helical
spiral spirale sequence axialvol research use mask heatmap heatmaps structured nomogram haic
"""
KNOWN = frozenset(f"{_PHASES}{_REGIONS}{_MAKING}".split())


def known_words(text: str) -> str:
    """The text with an ellipsis in place of every word and number that is not known."""
    text = _DATE.sub(HIDDEN, text)
    kernels = {(one.start(), one.end()) for one in _KERNEL.finditer(text)}
    said, end = "", 0
    for piece in _pieces(text, sorted(kernels)):
        start, stop = piece
        said += " " if text[end:start].strip() == "" and start > end else ""
        word = text[start:stop]
        said += word if piece in kernels or _is_plain(word) else HIDDEN
        end = stop
    return re.sub(rf"{HIDDEN}(?:[\s\W_]*{HIDDEN})+", HIDDEN, said).strip()[:LONGEST]


def _pieces(text: str, kernels: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where kernels stand, and between them words, numbers and signs."""
    found, at = [], 0
    for start, stop in [*kernels, (len(text), len(text))]:
        found += [(one.start(), one.end()) for one in _PIECE.finditer(text, at, start)]
        found += [(start, stop)] if stop > start else []
        at = stop
    return found


def _is_plain(word: str) -> bool:
    if word[0].isdigit():
        return word.isascii() and all(len(part) <= _MOST_DIGITS for part in re.split("[.,]", word))
    return not word[0].isalpha() or word.lower() in KNOWN or (word.isascii() and len(word) == 1)
