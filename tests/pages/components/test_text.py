from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.components.text import plain_label, safe_link, safe_markdown

# As the browser parses it: HTML, links, images, tables, strikethrough and bare addresses are all active. Of bare
# addresses GitHub's Markdown takes those with a scheme, with www. or with an @, and not any name with a dot in it;
# a browser test looks at the real thing.
BROWSER = MarkdownIt("gfm-like")
BROWSER.linkify.set({"fuzzy_link": False}).add("www.", {"validate": lambda _, text, at: len(text) - at})
HARMLESS = {
    "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "strong_open", "strong_close",
    "em_open", "em_close", "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close",
    "list_item_open", "list_item_close", "hr", "text_special", "heading_open", "heading_close",
}  # fmt: skip


def test_the_referee_sees_what_the_browser_makes_links_of() -> None:
    for address in ("https://example.org", "www.example.org", "a@example.org", "[x](y)", "<https://example.org>"):
        assert "link_open" in kinds(f"see {address} there")


def kinds(markdown: str) -> set[str]:
    tokens = BROWSER.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}


@given(st.text(st.sampled_from("[]()!<>&`$:~*_#|\\ \n\t-1.abwhtps/@{}\"'=")))
@example("![x](https://example.org/a.png)")
@example("<script>alert(1)</script>")
@example("see https://example.org or www.example.org or a@example.org")
@example("[a]\n\n[a]: https://example.org")
@example("    indented code")
@example("&lt;b&gt;")
def test_nothing_but_formatting_survives(text: str) -> None:
    assert kinds(safe_markdown(text)) <= HARMLESS | {"code_block"}
    assert not kinds(safe_markdown(text)) & {"link_open", "image", "html_inline", "html_block"}


def test_lists_and_emphasis_are_kept() -> None:
    shown = BROWSER.render(safe_markdown("**Push-up** [1]\n\n1. Lie down.\n2. Push.\n\n- once"))
    assert "<strong>Push-up</strong> [1]" in shown
    assert "<ol>" in shown
    assert "<ul>" in shown


def test_directives_and_formulas_of_the_console_are_only_text() -> None:
    assert safe_markdown(":red[x] :material/home: $x$") == "\\:red\\[x\\] \\:material/home\\: \\$x\\$"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://example.org", "https://example.org/) [x](y", ""])
def test_only_plain_https_addresses_become_links(url: str) -> None:
    assert "](" not in safe_link("A source", url).replace("\\]", "")


def test_a_public_source_is_a_link() -> None:
    assert safe_link("Guideline", "https://www.who.int/x?y=1") == "[Guideline](https://www.who.int/x?y=1)"


def test_labels_are_one_short_line() -> None:
    label = plain_label("a\n" * 100, 20)
    assert "\n" not in label
    assert len(label) <= 20
