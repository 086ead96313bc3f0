"""From what a login's identity token says to who somebody is here: role, groups and pseudonym. docs/login.md.

    settings = login_settings(secrets)         # the tables [auth] and [haic_nomogram] of secrets.toml
    person = settings.person(claims)           # of the identity token

Nothing here knows streamlit or the network. No name, e-mail or subject goes beyond `person`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from core.errors import InputError
from core.registry.rights import Role

AUTH, OURS = "auth", "haic_nomogram"
KEYS = ("actor_key", "roles_claim", "groups_claim", "roles", "groups")
SHORTEST_SECRET = 32
CALLBACK = "/oauth2callback"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROVIDER = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_GROUP = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?", re.ASCII)
_ROLES = ", ".join(Role)


@dataclass(frozen=True)
class Person:
    """Somebody whose login holds.

    Attributes:
        actor: his pseudonym, for the audit.
        role: what he may do, None if his token gives none.
        groups: whose cases he may see, in the order of the settings; an administrator those of all.
        until: when the login ends, in seconds since 1970.
        login: names this one login; another sign-in of the same person has another.
    """

    actor: str
    role: Role | None
    groups: tuple[str, ...]
    until: float
    login: str = field(repr=False)

    @property
    def is_admitted(self) -> bool:
        """True if there is something that he may see."""
        return self.role is Role.ADMINISTRATOR or (self.role is not None and bool(self.groups))


@dataclass(frozen=True)
class LoginSettings:
    """How tokens are read.

    Attributes:
        redirect_uri: where the provider sends the browser back to; its host is the name the dashboard is known by.
        actor_key: the key of the pseudonyms.
        roles_claim, groups_claim: the claim with the roles and that with the groups, each as a path into the token.
        roles: role by value of the claim.
        groups: values of the claim by group, in the order of the file.
    """

    redirect_uri: str
    actor_key: str = field(repr=False)
    roles_claim: tuple[str, ...]
    groups_claim: tuple[str, ...]
    roles: Mapping[str, Role]
    groups: Mapping[str, tuple[str, ...]]

    @property
    def host(self) -> str:
        """The name the dashboard is known by, without a port."""
        return urlsplit(self.redirect_uri).hostname or ""

    @property
    def is_encrypted(self) -> bool:
        """True if browsers come by https."""
        return urlsplit(self.redirect_uri).scheme == "https"

    def actor(self, issuer: str, subject: str) -> str:
        """The pseudonym of a login: "u-" and 16 digits of HMAC-SHA256 over issuer and subject."""
        said = json.dumps([issuer, subject], separators=(",", ":")).encode("ascii")
        return f"u-{hmac.new(self.actor_key.encode(), said, hashlib.sha256).hexdigest()[:16]}"

    def person(self, claims: Mapping[str, Any]) -> Person | None:
        """Who a token speaks of; None if it lacks issuer, subject or the time it ends.

        Args:
            claims: of an identity token whose signature was checked.
        """
        issuer, subject, until = (claims.get(name) for name in ("iss", "sub", "exp"))
        if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
            return None
        if isinstance(until, bool) or not isinstance(until, int | float) or not math.isfinite(until):
            return None
        found = {role for value in _said(claims, self.roles_claim) if (role := self.roles.get(value)) is not None}
        groups = set(_said(claims, self.groups_claim))
        mine = tuple(group for group, values in self.groups.items() if groups & set(values))
        highest = next((role for role in reversed(Role) if role in found), None)
        return Person(self.actor(issuer, subject), highest, mine, float(until), _login(claims))


def login_settings(secrets: Mapping[str, Any]) -> LoginSettings | None:
    """The settings of the login, None where there are none at all: then the dashboard is for one person on its machine.

    Args:
        secrets: what secrets.toml holds.

    Raises:
        InputError: half of them, an unknown key, a secret that is too short, a mapping that gives nothing; no value is
            repeated.
    """
    auth, ours = secrets.get(AUTH), secrets.get(OURS)
    if auth is None and ours is None:
        return None
    if not isinstance(auth, Mapping) or not isinstance(ours, Mapping):
        raise InputError(f"login settings: expected the tables [{AUTH}] and [{OURS}], got one of the two")
    redirect = _checked_provider(auth)
    if set(ours) - set(KEYS):
        raise InputError(f"login settings, [{OURS}]: expected only {', '.join(KEYS)}, got another key")
    roles_claim = _path(ours, "roles_claim")
    groups_claim = _path(ours, "groups_claim") if "groups_claim" in ours else roles_claim
    key = _secret(ours, "actor_key", OURS)
    return LoginSettings(redirect, key, roles_claim, groups_claim, _roles(ours), _groups(ours))


def _checked_provider(auth: Mapping[str, Any]) -> str:
    for name in _PROVIDER:
        if not isinstance(auth.get(name), str) or not auth[name]:
            raise InputError(f"login settings, [{AUTH}]: expected a text for {name}, got none")
    _secret(auth, "cookie_secret", AUTH)
    for name in ("redirect_uri", "server_metadata_url"):
        if not _is_safe(auth[name]):
            raise InputError(
                f"login settings, {name}: expected https://, or http:// on this machine, got another address"
            )
    if not urlsplit(auth["redirect_uri"]).path.endswith(CALLBACK):
        raise InputError(f"login settings, redirect_uri: expected an address that ends with {CALLBACK}, got another")
    return str(auth["redirect_uri"])


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _secret(table: Mapping[str, Any], name: str, of: str) -> str:
    found = table.get(name)
    if not isinstance(found, str) or len(found) < SHORTEST_SECRET:
        got = f"{len(found)}" if isinstance(found, str) else "none"
        raise InputError(f"login settings, [{of}], {name}: expected {SHORTEST_SECRET} random signs or more, got {got}")
    return found


def _path(ours: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = _texts(ours.get(name))
    if not found:
        raise InputError(f"login settings, {name}: expected the name of a claim, or a list that leads to it, got none")
    return found


def _roles(ours: Mapping[str, Any]) -> dict[str, Role]:
    table, found = ours.get("roles"), {}
    if not isinstance(table, Mapping) or not table:
        raise InputError(f"login settings, roles: expected at least one of {_ROLES}, got none")
    for name, values in table.items():
        if name not in list(Role):
            raise InputError(f"login settings, roles: expected only {_ROLES}, got another role")
        for value in _values(values, f"role {name}"):
            if value in found:
                raise InputError("login settings, roles: expected each value for one role, got one for two")
            found[value] = Role(name)
    return found


def _groups(ours: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    table = ours.get("groups")
    if not isinstance(table, Mapping) or not table:
        raise InputError("login settings, groups: expected at least one group, got none")
    if not all(_GROUP.fullmatch(name) for name in table):
        raise InputError(
            "login settings, groups: expected names of letters, digits and . _ - of 64 signs at most, got another"
        )
    return {name: _values(values, f"group {number}") for number, (name, values) in enumerate(table.items(), start=1)}


def _values(given: Any, what: str) -> tuple[str, ...]:
    found = _texts(given)
    if not found:
        raise InputError(f"login settings, {what}: expected the values of the claim that give it, got none")
    return found


def _texts(given: Any) -> tuple[str, ...]:
    """A text or a list of texts; nothing if it is anything else."""
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, list | tuple) or not all(isinstance(one, str) and one for one in several):
        return ()
    return tuple(several)


def _said(claims: Mapping[str, Any], path: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a claim; texts among others count, all else gives nothing."""
    found: Any = claims
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    several = [found] if isinstance(found, str) else found
    return tuple(one for one in several if isinstance(one, str)) if isinstance(several, list | tuple) else ()


def _login(claims: Mapping[str, Any]) -> str:
    named = [claims.get(name) for name in ("iss", "sub", "iat", "exp", "nonce")]
    return hashlib.sha256(json.dumps(named, default=repr).encode("ascii")).hexdigest()
