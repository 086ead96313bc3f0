"""Where the settings of the login are looked for, and the command that tells a pseudonym."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from core.cli import main
from core.errors import InputError
from core.registry.secrets_file import is_required, read_login, secrets_files
from tests.core.registry.test_logins import SETTINGS

TOML = """
[auth]
redirect_uri = "https://haic.example.org/oauth2callback"
cookie_secret = "cccccccccccccccccccccccccccccccc"
client_id = "haic-nomogram"
client_secret = "s3cret of the client"
server_metadata_url = "https://id.example.org/.well-known/openid-configuration"

[haic_nomogram]
actor_key = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
roles_claim = "roles"
groups_claim = ["realm", "wards"]

[haic_nomogram.roles]
reader = ["r"]
clinician = ["c", "c2"]
administrator = "a"

[haic_nomogram.groups]
"Board 1" = ["w1"]
"Board 2" = ["w2", "w3"]
"""


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / ".streamlit" / "secrets.toml"
    path.parent.mkdir()
    path.write_text(TOML, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_file_gives_the_same_as_its_tables(secrets: Path, tmp_path: Path) -> None:
    assert read_login(secrets_files(secrets, ())) == SETTINGS
    found = secrets_files(None, [tmp_path / "nowhere", tmp_path])
    assert found == (secrets,)
    assert read_login(found) == SETTINGS
    assert read_login(()) is None


def test_a_later_file_takes_precedence(secrets: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('auth = "none"\n', encoding="utf-8")
    other.chmod(0o600)
    with pytest.raises(InputError, match="expected the tables"):
        read_login((secrets, other))


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (TOML, 0o604, "chmod 600"),
        ("[auth", 0o600, "expected TOML, got another text"),
        ("\udcff", 0o600, "expected TOML"),
    ],
)
def test_files_that_cannot_be_used_are_one_sentence(tmp_path: Path, text: str, mode: int, said: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    path.chmod(mode)
    with pytest.raises(InputError, match=said) as caught:
        read_login((path,))
    assert str(tmp_path) not in str(caught.value)


def test_other_secrets_are_not_our_business(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text('[database]\npassword = "of another program"\n', encoding="utf-8")
    path.chmod(0o644)
    assert read_login((path,)) is None


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a file secrets\.toml, got none"):
        secrets_files(tmp_path / "none", ())


def test_the_variable_says_required_or_nothing() -> None:
    assert is_required("required")
    assert not is_required("")
    with pytest.raises(InputError, match="expected required or nothing"):
        is_required("yes")


def test_an_administrator_finds_who_a_pseudonym_is(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("https://id.example.org\n4711\n"))
    assert main(["audit", "actor", "--secrets", str(secrets)]) == 0
    assert SETTINGS is not None
    assert capsys.readouterr().out == f"{SETTINGS.actor('https://id.example.org', '4711')}\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("4711\n"))
    assert main(["audit", "actor", "--secrets", str(secrets)]) == 2
    assert capsys.readouterr().err == "error: stdin: expected two lines, the issuer and the subject, got 1\n"
