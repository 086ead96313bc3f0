"""Signing in, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.registry.audit_chain import Line
from core.registry.rights import Role

SIGN_IN, SIGN_OUT = "Sign in", "Sign out"
SIGNED_OUT = (
    "Sign in to work with the cases of your group: your hospital's sign-in page opens and brings you back here."
)
ENDED = "Your sign-in has ended. What you were working on is kept for you on this server; sign in again to go on."
NO_ROLE = (
    "You are signed in, but no role and group here is yours; whoever looks after this dashboard can give them to you."
)
REFUSED = "This dashboard is not open"
ROLES = {Role.READER: "reader", Role.CLINICIAN: "clinician", Role.ADMINISTRATOR: "administrator"}
GROUP, GROUP_HELP = "Group", "Whose cases you see. What you are working on stays with its own group."
NO_GROUP = "without a group"
READS_ONLY = "As a reader you open and read saved cases and take part in the board; you assess and save nothing."
AUDIT = "Audit"
AUDIT_LEAD = "Who did what with which case"
AUDIT_NOTE = "The last {shown} of {all} lines, the newest first; of every group. Times are UTC."
AUDIT_HEAD = ("Line", "When", "Who", "What", "Case", "Group")
AUDIT_SAVE = "Save the whole audit as CSV"
AUDIT_WHOLE = (
    "The chain of all {lines} lines holds. To find lines that are cut off the end, keep this anchor elsewhere:"
)
AUDIT_BROKEN = "The chain is broken at line {line}: {why}."


def who(actor: str, role: Role, group: str) -> str:
    """The pseudonym, the role and the group at work."""
    return f"{actor} · {ROLES[role]} · {group_name(group)}"


def group_name(group: str) -> str:
    """A group as it is shown; cases from before there was a login have none."""
    return group or NO_GROUP


def until(at: float) -> str:
    """When the sign-in ends, by the clock of this machine."""
    return f"Signed in until {datetime.fromtimestamp(at).astimezone():%H:%M}"


def audit_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """As in AUDIT_HEAD."""
    return [
        (
            f"{line.number}",
            line.at[:19].replace("T", " "),
            line.actor,
            f"{line.act} {line.what}".strip(),
            line.pseudonym or "–",
            group_name(line.owner_group),
        )
        for line in lines
    ]
