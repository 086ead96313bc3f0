"""A connection to a DICOMweb service that goes to the one address given and says its faults in one sentence."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import InputError
from core.io.pacs.settings import AUTHORITY, PacsSettings

if TYPE_CHECKING:
    from dicomweb_client import DICOMwebClient

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0


def connect(settings: PacsSettings) -> DICOMwebClient:
    """A client for the service; nothing is sent before it is asked something.

    It follows no redirect, no proxy and no .netrc of the environment, and its logs, which would name patients' studies,
    are silent.
    """
    import requests
    from dicomweb_client import DICOMwebClient
    from requests.auth import HTTPBasicAuth

    for name in ("dicomweb_client", "retrying", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.verify = True if settings.authority is None else str(settings.authority)
    session.headers["Accept"] = "application/dicom+json"
    if settings.token:
        session.headers["Authorization"] = f"Bearer {settings.token}"
    if settings.user:
        session.auth = HTTPBasicAuth(settings.user.encode(), settings.password.encode())
    client = DICOMwebClient(settings.url, session=session, timeout=(CONNECT_SECONDS, READ_SECONDS))
    client.set_http_retry_params(retry=False)  # whether to ask again is for us to say
    return client


class BrokenConnection(InputError):
    """The connection failed; asking again may help."""


@contextmanager
def asking() -> Iterator[None]:
    """Turns what goes wrong while the server is asked into one sentence without addresses and identifiers.

    Raises:
        BrokenConnection: no answer, or one that broke off, or a server that is busy.
        InputError: an answer that asking again will not change.
    """
    import requests

    try:
        with warnings.catch_warnings():  # pydicom's may hold tag contents
            warnings.simplefilter("ignore")
            yield
    except requests.exceptions.SSLError:
        raise InputError(
            f"PACS: expected a certificate that this machine trusts, got another; {AUTHORITY} names a PEM file to trust"
        ) from None
    except requests.exceptions.TooManyRedirects:
        raise InputError("PACS: expected an answer from the address given, got sent on to another") from None
    except requests.exceptions.HTTPError as error:
        raise _refused(error) from None
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
        raise BrokenConnection("PACS: expected an answer, got none") from None
    except requests.exceptions.ChunkedEncodingError:
        raise BrokenConnection("PACS: expected a whole answer, got one that broke off") from None
    except InputError:
        raise
    except Exception:  # the libraries raise many kinds for answers that are not DICOMweb; all mean the same
        raise InputError("PACS: expected an answer in DICOMweb, got another kind of answer") from None


def _refused(error: object) -> InputError:
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if status in (401, 403):
        return InputError(f"PACS: expected credentials that it accepts, got refused with status {status}")
    if status == 404:
        return InputError("PACS: expected a DICOMweb service that has what was asked for, got status 404")
    if status in (408, 429) or status >= 500:
        return BrokenConnection(f"PACS: expected an answer, got status {status}")
    return InputError(f"PACS: expected an answer, got status {status}")
