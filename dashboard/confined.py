"""What keeps a server to this machine and off its disk; for every way in which one is started."""

from __future__ import annotations

import sys

from core.io.scratch import own_folder

THIS_MACHINE = "127.0.0.1"


def confine() -> None:
    """All of it; what is done already stays."""
    own_folder()
    stay_offline()
    keep_uploads_in_memory()


def stay_offline() -> None:
    """Give Streamlit the answers that it would fetch from outside.

    It learns the machine's addresses by asking the network, once a page of another origin knocks. Here they are set
    beforehand, so that nothing is asked and such a page is refused.
    """
    from streamlit import net_util

    if not {"_internal_ip", "_external_ip"} <= vars(net_util).keys():
        raise RuntimeError("streamlit keeps the machine's addresses elsewhere: check that no request leaves it")
    net_util._internal_ip = THIS_MACHINE
    net_util._external_ip = THIS_MACHINE


def keep_uploads_in_memory() -> None:
    """Uploads are held in memory anyway; on their way there, none may pass the disk with a patient's name in it."""
    from starlette.formparsers import MultiPartParser

    if "spool_max_size" not in vars(MultiPartParser):
        raise RuntimeError("starlette spools uploads elsewhere: check that none is written to the disk")
    MultiPartParser.spool_max_size = sys.maxsize
