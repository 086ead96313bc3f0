"""What every answer of the server carries, and who is answered at all: one middleware around streamlit.

Headers tell the browser what the pages may do. Files that wait to be downloaded, and those of the image viewer, are for
the sign-in that had them made, uploads for whoever is signed in; where there is no login, nobody from elsewhere is
answered. docs/login.md.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.file_util import get_static_dir
from streamlit.runtime import get_instance
from streamlit.web.server.starlette import starlette_websocket

from core.errors import InputError
from core.registry.logins import LOOPBACK
from dashboard import signin
from dashboard.downloads import OWNERS


def inline_scripts(page: str) -> tuple[str, ...]:
    """The scripts that stand in a page itself, as a policy names them: by the hash of their text."""
    found = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    return tuple(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in found)


# Streamlit's page has an inline script and inline styles, and counts in WebAssembly; its components arrive as blob:
# modules, and so does the linked viewer's worker. Nothing may be loaded from, or sent to, another server.
_INLINE = " ".join(inline_scripts(Path(get_static_dir(), "index.html").read_text(encoding="utf-8")))
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' blob: 'wasm-unsafe-eval' {_INLINE}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
NOT_USED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NOT_USED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MEDIA, UPLOADS, METRICS = "media/", "_stcore/upload_file/", "_stcore/metrics"
NOT_FOUND = "Not found"
ICON = Path(__file__).with_name("icon.png").read_bytes()  # of the page; streamlit serves it as it does downloads


class Guard:
    """The middleware; the first that a request meets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        signin.know_guard()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        private, why = _path(scope).startswith(MEDIA), _refusal(scope)
        if why and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        elif why:
            status = 404 if why == NOT_FOUND else 403
            await PlainTextResponse(why, status)(scope, receive, _with_headers(send, private))
        else:
            await self._app(scope, receive, _with_headers(send, private))


def _with_headers(send: Send, private: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if private:
                headers["Cache-Control"] = "no-store"
            if _is_encrypted():
                message["headers"] = list(_secured(message["headers"]))
        await send(message)

    return sending


def _secured(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """Cookies go over https only, where browsers come by https."""
    for name, value in headers:
        is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        yield (name, value + b"; Secure") if is_open else (name, value)


def _is_encrypted() -> bool:
    try:
        found = signin.settings()
    except InputError:
        return False
    return found is not None and found.is_encrypted


def _refusal(scope: Scope) -> str:
    """Why this request is not answered, "" if it is."""
    try:
        found = signin.settings()
    except InputError as error:  # the page says so too
        return "" if _is_public(_path(scope)) else str(error)
    if found is None:
        return "" if _is_from_here(scope) else signin.OPEN
    path = _path(scope)
    kept = _kept(path)
    if _is_public(path) or kept == ICON:
        return ""
    me = signin.visit_of(found, _claims(scope)).me
    if me is None or path.startswith(METRICS):
        return signin.NOBODY_IN
    return NOT_FOUND if path.startswith(MEDIA) and not (kept and OWNERS.has(kept, me.login)) else ""


def _is_public(path: str) -> bool:
    """Everything that is the same for all; the websocket asks for itself who is there."""
    return not path.startswith((MEDIA, UPLOADS, METRICS))


def _is_from_here(scope: Scope) -> bool:
    """Both ends of the connection are this machine; the browser's as the nearest proxy tells it."""
    ends = [scope.get("server"), scope.get("client")]
    return all(end is None or end[0] in LOOPBACK for end in ends)


def _path(scope: Scope) -> str:
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    path = str(scope["path"]).lstrip("/")
    return path.removeprefix(f"{base}/") if base else path


def _kept(path: str) -> bytes | None:
    """The file that streamlit would serve at this address."""
    found = get_instance().media_file_mgr.read_file(path.removeprefix(MEDIA)) if path.startswith(MEDIA) else None
    return None if found is None else found.content


def _claims(scope: Scope) -> dict[str, Any]:
    """What the identity cookie says, {} for none; whoever signs in has it from streamlit, which signs it."""
    cookie = starlette_websocket._get_signed_cookie_with_chunks(
        HTTPConnection(scope).cookies, starlette_websocket.USER_COOKIE_NAME
    )
    found = json.loads(cookie) if cookie else {}
    return found if isinstance(found, dict) else {}
