"""What tokens say of a person, and which settings are refused."""

from __future__ import annotations

import copy
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.registry.audit import Who
from core.registry.logins import LoginSettings, login_settings
from core.registry.rights import Role

SECRETS: dict[str, Any] = {
    "auth": {
        "redirect_uri": "https://haic.example.org/oauth2callback",
        "cookie_secret": "c" * 32,
        "client_id": "haic-nomogram",
        "client_secret": "s3cret of the client",
        "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
    },
    "haic_nomogram": {
        "actor_key": "k" * 32,
        "roles_claim": "roles",
        "groups_claim": ["realm", "wards"],
        "roles": {"reader": ["r"], "clinician": ["c", "c2"], "administrator": "a"},
        "groups": {"Board 1": ["w1"], "Board 2": ["w2", "w3"]},
    },
}
CLAIMS = {"iss": "https://id.example.org", "sub": "4711", "exp": 2_000_000_000, "iat": 1, "nonce": "n", "roles": ["c"],
          "realm": {"wards": ["w2"]}, "name": "Carl Clinician", "email": "carl@example.org"}  # fmt: skip


def settings_of(change: Callable[[dict[str, Any]], Any] = lambda secrets: None) -> LoginSettings | None:
    secrets = copy.deepcopy(SECRETS)
    change(secrets)
    return login_settings(secrets)


SETTINGS = settings_of()


def person(**claims: Any) -> Any:
    assert SETTINGS is not None
    return SETTINGS.person(CLAIMS | claims)


def test_a_token_gives_role_groups_and_a_pseudonym_and_no_name() -> None:
    found = person()
    assert (found.role, found.groups, found.until) == (Role.CLINICIAN, ("Board 2",), 2e9)
    expected = hmac.new(b"k" * 32, b'["https://id.example.org","4711"]', hashlib.sha256).hexdigest()[:16]
    assert found.actor == f"u-{expected}"
    assert Who(found.actor).actor == found.actor  # the audit takes it
    assert "4711" not in repr(found)
    assert "Carl" not in repr(found)
    assert found.login not in repr(found)


@pytest.mark.parametrize(
    ("roles", "wards", "role", "groups"),
    [
        ("r", "w1", Role.READER, ("Board 1",)),
        (["r", "c2"], ["w3", "w1", "other"], Role.CLINICIAN, ("Board 1", "Board 2")),
        (["x", "a", "r"], [], Role.ADMINISTRATOR, ()),
        (["x"], ["w1"], None, ("Board 1",)),
        ([], ["w9"], None, ()),
        (None, None, None, ()),
        ({"r": True}, {"w1": True}, None, ()),
        ([1, None, "r"], [["w1"], "w2"], Role.READER, ("Board 2",)),
        (["C"], ["W1"], None, ()),
    ],
)
def test_what_the_claims_give(roles: Any, wards: Any, role: Role | None, groups: tuple[str, ...]) -> None:
    found = person(roles=roles, realm={"wards": wards})
    assert (found.role, found.groups) == (role, groups)
    assert found.is_admitted == (role is Role.ADMINISTRATOR or (role is not None and bool(groups)))


@pytest.mark.parametrize("realm", [None, "w1", ["w1"], {}])
def test_a_claim_that_is_not_there_gives_nothing(realm: Any) -> None:
    assert person(realm=realm).groups == ()


@pytest.mark.parametrize("claims", [
    {"iss": ""}, {"iss": None}, {"sub": ""}, {"sub": 7}, {"exp": None}, {"exp": "2000000000"}, {"exp": True},
    {"exp": float("inf")}, {"exp": float("nan")},
])  # fmt: skip
def test_without_issuer_subject_or_end_there_is_nobody(claims: dict[str, Any]) -> None:
    assert person(**claims) is None


def test_each_sign_in_has_a_name_of_its_own_and_one_pseudonym() -> None:
    first, again, other = person(), person(nonce="m"), person(sub="4712")
    assert first.actor == again.actor
    assert first.login != again.login
    assert other.actor != first.actor
    assert person(iss="https://other.example.org").actor != first.actor


@given(st.text(min_size=1), st.text(min_size=1))
def test_pseudonyms_are_fit_for_the_audit_whatever_the_subject(issuer: str, subject: str) -> None:
    assert SETTINGS is not None
    assert Who(SETTINGS.actor(issuer, subject)).actor.startswith("u-")


def test_no_settings_are_no_login() -> None:
    assert login_settings({}) is None
    assert login_settings({"other": {"key": "value"}}) is None


def test_one_claim_may_give_both() -> None:
    found = settings_of(lambda secrets: secrets["haic_nomogram"].pop("groups_claim"))
    assert found is not None
    assert found.groups_claim == found.roles_claim == ("roles",)


def test_secrets_stand_in_no_repr() -> None:
    text = repr(SETTINGS)
    assert "k" * 32 not in text
    assert "c" * 32 not in text
    assert "s3cret" not in text


def put(table: str, key: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda secrets: secrets[table].__setitem__(key, value)


OURS = "haic_nomogram"


@pytest.mark.parametrize(("change", "said"), [
    (lambda s: s.pop("auth"), "expected the tables"),
    (lambda s: s.pop(OURS), "expected the tables"),
    (put("auth", "client_id", ""), "expected a text for client_id"),
    (put("auth", "client_secret", 7), "expected a text for client_secret"),
    (put("auth", "cookie_secret", "short"), "cookie_secret: expected 32 random signs or more, got 5"),
    (put("auth", "redirect_uri", "http://haic.example.org/oauth2callback"), "redirect_uri: expected https"),
    (put("auth", "redirect_uri", "https://haic.example.org/"), "ends with /oauth2callback"),
    (put("auth", "server_metadata_url", "http://id.example.org/x"), "server_metadata_url: expected https"),
    (put("auth", "server_metadata_url", "id.example.org"), "server_metadata_url: expected https"),
    (put(OURS, "actor_key", "x" * 31), "actor_key: expected 32 random signs or more, got 31"),
    (put(OURS, "actor_key", None), "actor_key: expected 32 random signs or more, got none"),
    (put(OURS, "role_claim", "x"), "expected only actor_key, roles_claim, groups_claim, roles, groups, got"),
    (put(OURS, "roles_claim", ""), "roles_claim: expected the name of a claim"),
    (put(OURS, "groups_claim", [1]), "groups_claim: expected the name of a claim"),
    (put(OURS, "roles", {}), "roles: expected at least one of reader, clinician, administrator"),
    (put(OURS, "roles", {"chief": ["x"]}), "got another role"),
    (put(OURS, "roles", {"reader": []}), "role reader: expected the values"),
    (put(OURS, "roles", {"reader": ["x"], "clinician": ["x"]}), "expected each value for one role"),
    (put(OURS, "groups", {}), "groups: expected at least one group"),
    (put(OURS, "groups", {"Board/1": ["x"]}), "expected names of letters"),
    (put(OURS, "groups", {"": ["x"]}), "expected names of letters"),
    (put(OURS, "groups", {"Board 1": ["w1"], "Board 2": []}), "group 2: expected the values"),
])  # fmt: skip
def test_settings_that_cannot_be_used_are_one_sentence(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        settings_of(change)
    text = str(caught.value)
    assert said in text
    for secret in ("short", "x" * 31, "k" * 32, "c" * 32, "s3cret", "chief", "Board/1"):
        assert secret not in text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_on_this_machine_http_will_do(host: str) -> None:
    found = settings_of(put("auth", "redirect_uri", f"http://{host}:8501/oauth2callback"))
    assert found is not None
    assert (found.host, found.is_encrypted) == (host.strip("[]"), False)
    assert SETTINGS is not None
    assert (SETTINGS.host, SETTINGS.is_encrypted) == ("haic.example.org", True)
