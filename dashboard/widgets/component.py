"""Components of our own, their scripts in a folder of the dashboard that the server of the page serves itself."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_HERE = Path(__file__).resolve().parents[1]
_PACKAGE = "haic-nomogram"


def registered(folder: str) -> str:
    """Make the scripts of `dashboard/<folder>` known to this page's server; returns the component's name."""
    name, manager = f"{_PACKAGE}.{folder}", get_bidi_component_manager()
    if manager.get_component_path(name) is None:
        manifest = ComponentManifest(_PACKAGE, "1", [ComponentConfig(folder, folder)])
        manager.register_from_manifest(manifest, _HERE)
    return name
