"""Puts the weights and the server's settings into the wheel; an editable install reads them in the checkout instead."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = {"weights": "core/_weights", ".streamlit/config.toml": "dashboard/.streamlit/config.toml"}


class CarryWeights(BuildHookInterface):  # type: ignore[type-arg]
    """Adds CARRIED (path in the checkout -> path in the wheel) to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is "standard" or "editable"."""
        if version != "editable":
            build_data["force_include"].update(CARRIED)
