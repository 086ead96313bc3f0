"""What surrounds every page: style, header with the pages and the case, provenance, footer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from core import __version__
from core.errors import ArtefactError
from dashboard import session, texts
from dashboard.widgets import login_bar, menu

_HERE = Path(__file__).resolve().parents[1]
IMAGE_MODELS = ("network", "radiomics", "fusion")
STYLE = _HERE / "style.css"
ICON = str(_HERE / "icon.png")  # a material icon would be fetched from outside


def weights_are_there() -> bool:
    """Say so and return False where the models are missing or were changed: nothing is shown without them."""
    try:
        session.models()
    except ArtefactError as error:
        st.title(texts.PRODUCT)
        st.error(str(error))
        return False
    return True


def header(pages: Sequence[st.Page], title: str, more: Sequence[st.Page] = ()) -> None:  # type: ignore[valid-type]
    """Product, pages and case on one line, the standing warning below it, beside it the login with its own pages."""
    st.html(STYLE)
    st.html(f'<h1 class="unseen">{escape(title)}</h1>')
    with st.container(key="header", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<div class="brand"><i aria-hidden="true"></i><span>{texts.PRODUCT}</span></div>', width="content")
        menu.links(pages, title)
        st.html(f'<div class="case">{escape(session.draft().case_id)}</div>', width="content")
    menu.mark_current(title)
    warning = f"<b>{texts.NOT_FOR_CLINICAL_USE}</b> <span>{escape(image_scores())}</span>"
    login_bar.bar(f'<div class="strip">{warning}</div>', more)


def image_scores() -> str:
    """The standing line on the image models: the demonstration label, or whose cohort they were trained on."""
    cards = session.models().cards
    if any(cards[name].simulated for name in IMAGE_MODELS if name in cards):
        return texts.DEMONSTRATION_WEIGHTS
    return " ".join(f"{name.capitalize()}: {cards[name].provenance}." for name in IMAGE_MODELS if name in cards)


def footer() -> None:
    """Where every score comes from."""
    models = session.models()
    lines = "".join(
        f"<dt>{escape(name)} {escape(models.versions[name])}</dt><dd>{escape(sentence)}</dd>"
        for name, sentence in models.provenance.items()
    )
    st.html(
        f'<div class="footer"><h2>Where the numbers come from</h2><dl>{lines}</dl>'
        f"<p>{texts.NOT_FOR_CLINICAL_USE} {texts.PRODUCT} {__version__}. {texts.SOURCE}</p></div>"
    )


def section(heading: str) -> None:
    """A heading inside a page."""
    st.html(f'<h2 class="section">{escape(heading)}</h2>')


def nothing_yet(sentence: str) -> None:
    """What a page says before it has something to show, with the way there."""
    with st.container(border=True):
        st.markdown(sentence)
        if st.button("Open the demo case", type="primary"):
            session.open_demo()
            st.switch_page(session.page("Case"))
