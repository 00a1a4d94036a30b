"""What is served, whether its parts answer, and the configuration in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.bootstrap import Services
from core.errors import CoachError
from core.releases.service import ReleaseView
from pages.components.services import the_services
from pages.components.session import signed_in
from pages.components.text import local_time, plain_label


def _parts(services: Services) -> None:
    parts = services.parts()
    for part in parts:
        if part.problem:
            st.error(f"{part.name}: {part.problem}", icon=":material/error:")
    for problem in services.knowledge.problems[:20]:
        st.warning(f"Knowledge was not imported. {problem}", icon=":material/menu_book:")
    with st.container(horizontal=True):
        for part in parts:
            st.badge(
                f"{part.name} {'fails' if part.problem else 'answers'}",
                icon=":material/error:" if part.problem else ":material/check_circle:",
                color="red" if part.problem else "green",
            )


def _served(releases: Sequence[ReleaseView]) -> None:
    st.subheader("What is served", anchor=False)
    st.caption(
        "A release never changes. A new one is made when the model, prompt, embedder, knowledge or cache policy does; "
        "each has a cache of its own."
    )
    if not releases:
        st.info("There is no release yet; start the server once with `make run`.")
    st.table(
        [
            {
                "Release": release.id,
                "Channels": ", ".join(release.channels),
                "Made": local_time(release.created_at),
                "Chat model": release.spec.chat_model,
                "Prompt": release.spec.prompt_version,
                "Embedder": release.spec.embedder,
                "Knowledge": release.spec.knowledge_version,
                "Cache": release.spec.cache_policy,
            }
            for release in releases
        ],
        hide_index=True,
    )


def _in_force(configuration: Mapping[str, str]) -> None:
    st.subheader("Configuration in force", anchor=False)
    st.caption(
        "Set by environment variables or `.env`, read at start; docs/settings.md describes each. Secrets are masked."
    )
    st.table(
        [{"Setting": name, "Value": plain_label(value, 200) or "(not set)"} for name, value in configuration.items()],
        hide_index=True,
    )


def main() -> None:
    """Lay out the page."""
    services = the_services()
    actor = signed_in(services)
    st.title("Releases", anchor=False)
    try:
        releases = services.releases.listing(actor)
        configuration = services.configuration(actor)
    except CoachError as error:
        st.error(str(error))
        return
    _parts(services)
    _served(releases)
    _in_force(configuration)


main()
