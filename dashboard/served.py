"""The dashboard as it is served: streamlit around `app.py`, the guard around both.

`haic-nomogram serve` starts it; so does `streamlit run dashboard/served.py`.
"""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.confined import confine
from dashboard.guard import Guard

confine()  # streamlit by itself does none of it
app = App(Path(__file__).with_name("app.py"), middleware=[Middleware(Guard)])
