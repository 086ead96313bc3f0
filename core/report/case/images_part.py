"""Key slices of both phases, reliability of the heatmaps, the liver and the match of the phases."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.io.report_content import Content, KeySlice, MapFinding
from core.io.report_pictures import PHASES, Pictures, Pixels, heat_rgb
from core.report.case import shapes
from core.report.case.parts import columns, marked_up, paragraph, section, space, table
from core.report.case.picture import picture
from core.report.case.style import MM, MUTED, WIDTH
from core.report.sentences import HEAD_MEANINGS, HEAD_NAMES, HEAT_CAVEAT, MASK_ORIGINS, SIGNS
from core.report.style import NO_BREAK

PICTURE = 57 * MM
NEEDED = 300.0  # points: the pictures are not torn apart
PHASE_NAMES = {"arterial": "Arterial", "portal_venous": "Portal venous"}
CHECKS = {
    "liver": "liver",
    "tumour": "tumours",
    "untrained": "untrained network",
    "noise": "noise",
    "mirror": "mirroring",
}
SCALE_MM = 50
WHITE = "#ffffff"
NO_IMAGES = "No images were assessed: scores are given by hand or unknown."
OUTLINES = (
    '<font color="#0288d1">━</font> liver outline, <font color="#d98e00">━</font> lesion outline, where the mask has '
    "lesions. Patient’s right on the left."
)
HEAT_WORDS = (
    f"{HEAT_CAVEAT} Grey where the map failed its checks. Heat in liver: share of all heat, and in brackets what "
    "chance gives."
)


def images_part(content: Content, pictures: Pictures) -> list[Any]:
    """The pictures, and beside them how far they can be trusted."""
    if not content.slices:
        return section("Images", paragraph(NO_IMAGES))
    rows = []
    for one in content.slices:
        head = f"Heatmap “{HEAD_NAMES[one.head]}” ({HEAD_MEANINGS[one.head]})"
        rows.append([paragraph(f"{head}, hottest slice {one.number} of {one.count} from the feet up", "muted")])
        drawn = [_picture(content, one, pictures[one.head, phase], phase) for phase in PHASES]
        rows.append([columns(drawn, [PICTURE + 5, PICTURE])])
        rows.append([space(3)])
    left = [block for row in rows for block in row]
    return section(
        "Images", columns([left, _beside(content)], [2 * PICTURE + 16, WIDTH - 2 * PICTURE - 16]), needs=NEEDED
    )


def _picture(content: Content, one: KeySlice, pixels: Pixels, phase: str) -> Any:
    """One picture with its letters, name and scale bar as text and lines."""
    height = PICTURE * pixels.shape[0] / pixels.shape[1]
    simulated = (content.simulated or {}).get(phase, False)
    length = PICTURE * SCALE_MM / one.width_mm
    right, middle = PICTURE - 5, height / 2 - 3
    over = shapes.drawing(PICTURE, height)
    over.add(shapes.bold((4, height - 9), PHASE_NAMES[phase] + (" (simulated)" if simulated else ""), 6.6, WHITE))
    over.add(shapes.bold((3, middle), "R", 7.5, WHITE))
    over.add(shapes.bold((PICTURE - 3, middle), "L", 7.5, WHITE, "end"))
    over.add(shapes.line((right - length, 5), (right, 5), WHITE, 1.1))
    over.add(shapes.text((right - length / 2, 7.5), f"{SCALE_MM // 10} cm", 6, WHITE, "middle"))
    return picture(pixels, over)


def _beside(content: Content) -> list[Any]:
    """What the pictures show, how far they can be trusted, the liver and the match of the phases."""
    maps = content.maps or {}
    rows = [[paragraph(name, "muted") for name in ("Heatmap", "Reliability", "Heat in liver")]]
    rows += [[paragraph(cell, "small") for cell in reliability_row(head, one)] for head, one in maps.items()]
    width = WIDTH - 2 * PICTURE - 20
    facts = [[paragraph(name, "muted"), paragraph(value, "small")] for name, value in image_facts(content)]
    return [
        marked_up(OUTLINES, "tiny"),
        space(4),
        _heat_scale(width),
        space(2),
        paragraph(HEAT_WORDS, "tiny"),
        space(5),
        table(rows, [0.24 * width, 0.47 * width, 0.29 * width]),
        space(6),
        table(facts, [0.24 * width, 0.76 * width], head=False),
    ]


def _heat_scale(width: float) -> Any:
    """The colours of heat from least to most."""
    drawn = shapes.drawing(width, 8)
    first, last = 52.0, width - 54.0
    steps = np.linspace(0.1, 1, 24)
    for number, (red, green, blue) in enumerate(heat_rgb(steps, grey=False).round().astype(int).tolist()):
        x = first + (last - first) * number / len(steps)
        drawn.add(shapes.box((x, 0.5), ((last - first) / len(steps) + 0.3, 6), f"#{red:02x}{green:02x}{blue:02x}"))
    drawn.add(shapes.text((0, 1.4), "less influence", 6.4, MUTED))
    drawn.add(shapes.text((width, 1.4), "more influence", 6.4, MUTED, "end"))
    return drawn


def reliability_row(head: str, found: MapFinding) -> tuple[str, str, str]:
    """A head, sign and word of the verdict with the checks that failed, share of heat in the liver against chance."""
    verdict = found.reliability.verdict
    failed = [CHECKS[check.name] for check in found.reliability.checks if check.passed is False]
    why = f": {', '.join(failed)}" if failed else ""
    share, chance = (round(100 * number) for number in (found.share_in_liver, found.reliability.chance_in_liver))
    return HEAD_NAMES[head].replace(" ", NO_BREAK), f"{SIGNS[verdict]} {verdict}{why}", f"{share} % ({chance} %)"


def image_facts(content: Content) -> list[tuple[str, str]]:
    """The liver and the match of the phases in numbers."""
    facts = []
    if (liver := content.liver) is not None:
        facts.append(("Liver", f"{liver.volume_ml:.0f} mL, mask {MASK_ORIGINS.get(liver.origin, liver.origin)}"))
        longest = "" if liver.largest_lesion_mm is None else f", largest {liver.largest_lesion_mm:.0f} mm"
        lesions = "no lesion mask" if liver.lesion_volume_ml is None else f"{liver.lesion_volume_ml:.0f} mL{longest}"
        facts.append(("Lesions", lesions))
    if (moved := content.registration) is not None:
        overlap = "" if moved.liver_overlap is None else f", liver overlap {moved.liver_overlap:.2f}"
        facts.append(("Phases", f"moved {moved.shift_mm:.1f} mm, turned {moved.rotation_deg:.1f}°{overlap}"))
    if content.os_heads:
        alive = ", ".join(f"{HEAD_NAMES[head]} {value:.2f}" for head, value in content.os_heads.items())
        facts.append(("Network", f"alive at {alive}"))
    return facts
