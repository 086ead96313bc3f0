"""Nothing connects unless an address was given, in a way that keeps patients and passwords to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import main
from core.errors import InputError
from core.io.pacs.settings import PacsSettings, is_configured, pacs_settings

URL = "https://pacs.example/dicom-web"
SECRET = "s3cret-Jane"


def test_without_an_address_nothing_is_configured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("HAIC_NOMOGRAM_PACS", raising=False)
    assert not is_configured({})
    assert not is_configured({"HAIC_NOMOGRAM_PACS": " "})
    fetch = ["fetch", "--study", "1.2", "--arterial", "1.3", "--portal-venous", "1.4", "--out", str(tmp_path / "out")]
    for command in (["search"], fetch, ["send", str(tmp_path)]):
        assert main(["pacs", *command]) == 2
        assert "expected its DICOMweb address in the environment variable" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "url", ["http://pacs.example/dicom-web", "ftp://pacs.example", "pacs.example", f"https://jane:{SECRET}@pacs.example",
            f"https://pacs.example/?token={SECRET}", "https://", "https://[::1", "https://pacs.example:port/x"]
)  # fmt: skip
def test_addresses_that_would_betray_something_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="HAIC_NOMOGRAM_PACS: expected") as caught:
        pacs_settings({"HAIC_NOMOGRAM_PACS": url})
    assert SECRET not in str(caught.value)
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8042/dicom-web", "http://[::1]:8042", "http://localhost/x"])
def test_https_or_this_machine_is_taken(url: str) -> None:
    assert pacs_settings({"HAIC_NOMOGRAM_PACS": f"{url}/"}).url == url


def test_secrets_are_not_printed() -> None:
    assert SECRET not in repr(PacsSettings(URL, "jane", SECRET)) + repr(PacsSettings(URL, token=SECRET))


@pytest.mark.parametrize(
    ("text", "found"),
    [(f"user=jane\npassword={SECRET}=x\n", ("jane", f"{SECRET}=x", "")), (f"\ntoken = {SECRET}\n", ("", "", SECRET))],
)
def test_credentials_from_a_file(tmp_path: Path, text: str, found: tuple[str, str, str]) -> None:
    path = tmp_path / "credentials"
    path.write_text(text)
    environment = {"HAIC_NOMOGRAM_PACS": URL, "HAIC_NOMOGRAM_PACS_CREDENTIALS": str(path)}
    path.chmod(0o644)
    with pytest.raises(InputError, match="only its owner can read"):
        pacs_settings(environment)
    path.chmod(0o600)
    settings = pacs_settings(environment)
    assert (settings.user, settings.password, settings.token) == found
    with pytest.raises(InputError, match="got both"):
        pacs_settings({**environment, "HAIC_NOMOGRAM_PACS_TOKEN": "other"})


@pytest.mark.parametrize("text", ["", "user=jane", "jane", f"user=jane\npassword={SECRET}\ntoken=x", f"key={SECRET}"])
def test_files_that_say_something_else_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InputError, match="HAIC_NOMOGRAM_PACS_CREDENTIALS: expected lines") as caught:
        pacs_settings({"HAIC_NOMOGRAM_PACS": URL, "HAIC_NOMOGRAM_PACS_CREDENTIALS": str(path)})
    assert SECRET not in str(caught.value)


def test_half_of_what_is_needed_is_refused(tmp_path: Path) -> None:
    for more in ({"USER": "jane"}, {"USER": "jane", "PASSWORD": "x", "TOKEN": "y"}, {"CA": str(tmp_path / "none.pem")}):
        with pytest.raises(InputError):
            pacs_settings({"HAIC_NOMOGRAM_PACS": URL, **{f"HAIC_NOMOGRAM_PACS_{k}": v for k, v in more.items()}})
