"""Settings of a login and the tokens of some people, for the tests; tests/oidc/provider.mjs has the same people."""

from __future__ import annotations

import time
from typing import Any

from core.registry.logins import LoginSettings, login_settings

ISSUER = "http://localhost:9000"
FORM = """
[auth]
redirect_uri = "{redirect}"
cookie_secret = "{cookie_secret}"
client_id = "haic-nomogram"
client_secret = "{client_secret}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login" }}

[haic_nomogram]
actor_key = "{actor_key}"
roles_claim = "haic"

[haic_nomogram.roles]
reader = ["readers"]
clinician = ["clinicians"]
administrator = ["admins"]

[haic_nomogram.groups]
"Liver board A" = ["ward-a"]
"Liver board B" = ["ward-b"]
"""
SECRETS = {
    "cookie_secret": "a-cookie-secret-of-the-tests-alone",
    "client_secret": "a-client-secret-of-the-tests-alone",
    "actor_key": "an-actor-key-of-the-tests-alone-and-no-other",
}
VALUES = {
    "reader-a": ["readers", "ward-a"],
    "clinician-a": ["clinicians", "ward-a"],
    "clinician-b": ["clinicians", "ward-b"],
    "admin": ["admins"],
    "nobody": ["canteen"],
}
GROUP_A, GROUP_B = "Liver board A", "Liver board B"


def secrets_toml(redirect: str, issuer: str = ISSUER) -> str:
    """The file."""
    return FORM.format(redirect=redirect, issuer=issuer, **SECRETS)


def settings() -> LoginSettings:
    """The same, read."""
    import tomllib

    found = login_settings(tomllib.loads(secrets_toml("http://localhost:8501/oauth2callback")))
    assert found is not None
    return found


def claims(user: str, seconds: float = 600.0, nonce: str = "1", issuer: str = ISSUER) -> dict[str, Any]:
    """What streamlit says of somebody who is signed in."""
    now = time.time()
    named = {"name": f"Name of {user}", "email": f"{user}@example.org"}
    said = {"iss": issuer, "sub": user, "iat": now, "exp": now + seconds, "nonce": nonce, "haic": VALUES[user]}
    return {"is_logged_in": True, "provider": "default", **said, **named}
