"""Who may do what with saved cases: three roles, each with all that the one before it may. docs/login.md.

The registry asks here before every act, so that a page which shows a button too many changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from core.errors import InputError
from core.registry.audit_chain import Act

TO_ALL = "to all"
"""What of a reveal that nobody can read blind after."""


class Role(StrEnum):
    """What somebody may do; the single user of a machine and its commands are administrators."""

    READER = "reader"
    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"


_READER = frozenset({Act.OPENED, Act.COMMITTED, Act.REVEALED})
_CLINICIAN = _READER | {Act.ASSESSED, Act.SAVED, Act.CHANGED, Act.EXPORTED, Act.DELETED}
_MAY = {
    Role.READER: _READER,
    Role.CLINICIAN: _CLINICIAN,
    Role.ADMINISTRATOR: _CLINICIAN | {Act.AUDIT_EXPORTED},
}
_ONLY = {
    Role.CLINICIAN: "a clinician or an administrator",
    Role.ADMINISTRATOR: "an administrator",
}


def may(role: Role, act: Act, what: str = "") -> bool:
    """True if somebody of this role may do it.

    Args:
        role: whose.
        act: what is done; reading the audit counts as `Act.AUDIT_EXPORTED`.
        what: on what of a case, as the audit says it.
    """
    if act is Act.REVEALED and what == TO_ALL:
        return role is not Role.READER
    return act in _MAY[role]


def demand(role: Role, act: Act, what: str = "") -> None:
    """Go on only if somebody of this role may do it.

    Raises:
        InputError: he may not.
    """
    if not may(role, act, what):
        needed = next(other for other in Role if may(other, act, what))
        raise InputError(f"rights: expected {_ONLY[needed]} for this, got a {role}")


def demand_group(role: Role, groups: Iterable[str], group: str) -> None:
    """Go on only if somebody of this role, in these groups, may see the cases of `group`.

    Raises:
        InputError: he may not; the group is not named.
    """
    if role is not Role.ADMINISTRATOR and group not in set(groups):
        raise InputError("rights: expected a group that this login belongs to, got another")
