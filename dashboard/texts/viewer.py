"""Words of the linked viewer; the component shows them as they are sent."""

from __future__ import annotations

LINKED, SLICES = "linked", "slices"
PICTURES = "Pictures"
KINDS = {LINKED: "Linked viewer", SLICES: "Slice pictures"}
_IN_PLACE = "so the slice pictures are shown in place of the linked viewer."
FAULTS = {
    "webgl": f"This browser draws no WebGL2 pictures, {_IN_PLACE}",
    "lost": f"The browser ran out of graphics memory, {_IN_PLACE}",
}
LINKED_HOW = (
    "Both phases move together. Wheel or arrow keys: slice; Ctrl with the wheel, or two fingers: zoom; right button: "
    "window; Shift with the left button: move; double click: reset."
)
WORDS = {
    "plane": "Plane",
    "window": "Window",
    "outline": "Outline",
    "opacity": "Heatmap opacity",
    "slice": "Slice",
    "of": "of",
    "hottest": "Hottest slice",
    "lesion": "Largest lesion",
    "tool": "Dragging",
    "look": "Crosshair",
    "move": "Move",
    "level": "Brightness",
    "measure": "Measure",
    "brush": "Brush",
    "eraser": "Eraser",
    "size": "Brush, mm",
    "clear": "Clear lengths",
    "reset": "Reset view",
    "loading": "Loading the pictures",
    "failed": "The pictures could not be loaded; reload the page.",
    "at": "at the crosshair",
    "below": "≤",
    "above": "≥",
}
PLANE_NAMES = {"axial": "Axial", "coronal": "Coronal", "sagittal": "Sagittal"}
