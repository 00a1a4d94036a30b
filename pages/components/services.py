"""The one door from a page to the services: built once for the server, shared by every visitor, frozen."""

from __future__ import annotations

import streamlit as st

from core.bootstrap import Services, build_services
from core.setting_sources import load_settings


@st.cache_resource(show_spinner=False)
def the_services() -> Services:
    """Return the services; `app.py` starts and closes them."""
    return build_services(load_settings())
