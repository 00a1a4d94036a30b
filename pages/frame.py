"""Sign-in and navigation by role. Everything that a page does is checked again in the services."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.access.model import Role
from core.errors import CoachError
from pages.components.services import the_services
from pages.components.session import visitor
from pages.components.text import plain_label

ICON = Path(__file__).parent / "components" / "icon.svg"
services = the_services()
name = services.settings.product_name
st.set_page_config(page_title=name, page_icon=str(ICON), layout="wide")
actor = visitor(services)

if actor is None:
    st.title(name)
    st.write("Sign in to chat with the coach.")
    if services.settings.sign_in == "oidc":
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
    else:
        st.link_button("Sign in", "/api/sign-in", type="primary", icon=":material/login:")
    st.stop()

sections = {
    "Coach": [
        st.Page("trainer/chat.py", title="Chat", icon=":material/chat:", default=True, help="Ask the coach."),
        st.Page(
            "trainer/my_feedback.py",
            title="My feedback",
            icon=":material/thumbs_up_down:",
            help="What you voted, and what became of it.",
        ),
    ]
}
if actor.role >= Role.PRODUCT:
    sections["Product"] = [
        st.Page(
            "product/monitoring.py",
            title="Monitoring",
            icon=":material/monitoring:",
            help="Hit rate, thumbs and latency over time.",
        ),
        st.Page(
            "product/conversations.py",
            title="Conversations",
            icon=":material/forum:",
            help="Every turn with its whole story: search, filter, mark.",
        ),
        st.Page(
            "product/drift.py",
            title="Drift",
            icon=":material/trending_up:",
            help="Whether rates or questions have drifted, since when, and what follows.",
        ),
    ]
if actor.role >= Role.ADMIN:
    sections["Admin"] = [
        st.Page(
            "admin/cache.py",
            title="Cache",
            icon=":material/bolt:",
            help="What is kept, how well it decides, and what is out of service.",
        ),
        st.Page(
            "admin/releases.py",
            title="Releases",
            icon=":material/deployed_code:",
            help="What is served, and the configuration in force.",
        ),
    ]
page = st.navigation(sections, expanded=True)
try:
    page.run()
except CoachError as error:  # whatever a page did not foresee, such as a damaged database
    st.error(str(error), icon=":material/error:")
with st.sidebar:
    if services.settings.tenant == "demo":
        st.badge("Demo data", icon=":material/science:", color="orange")
    st.caption(f"{plain_label(name)} · {plain_label(actor.name)}, {actor.role.title}")
    if services.settings.sign_in == "oidc":
        st.button("Sign out", icon=":material/logout:", on_click=st.logout, type="tertiary")
    else:
        st.markdown("[:material/switch_account: Switch user](/api/sign-in)")
