"""The built-in themes, and the table of what stands in for what some client lacks."""

import pytest
from PIL import Image

from newsletter.app import open_newsletter
from newsletter.app.checking import check_file
from newsletter.app.sample import make_sample
from newsletter.checks.clients.fallback import FALLBACKS
from newsletter.checks.clients.feature import feature_table
from newsletter.checks.folding import folded
from newsletter.rendering.themes import builtin_templates, theme_names

THEMES = theme_names((builtin_templates(),))
COMPONENTS = """{% extends "digest/issue.mjml.j2" %}
{% block contents %}
<mj-button href="https://example.com/all">All of them</mj-button>
<mj-image src="https://example.com/a.png" width="200px" alt="a" />
<mj-divider border-width="1px" />
<mj-social><mj-social-element name="facebook" href="https://example.com">F</mj-social-element></mj-social>
<mj-table><tr><td>1</td></tr></mj-table>
{% endblock %}
{% block footer %}
<mj-wrapper padding="3px">
<mj-section border-radius="3px" background-url="https://example.com/b.png" background-size="cover">
<mj-group><mj-column width="30%"><mj-text>A</mj-text></mj-column><mj-column border="1px solid red" /></mj-group>
</mj-section>
</mj-wrapper>
<mj-section><mj-column>
<mj-navbar hamburger="hamburger"><mj-navbar-link href="https://example.com/x">x</mj-navbar-link></mj-navbar>
<mj-accordion><mj-accordion-element>
<mj-accordion-title>t</mj-accordion-title><mj-accordion-text>x</mj-accordion-text>
</mj-accordion-element></mj-accordion>
</mj-column></mj-section>
{{ super() }}{% endblock %}
"""
"""A theme that uses MJML's components and writes no CSS of its own."""

RICH = """
### [All that text can be](https://example.com/all)

> A quotation, with `code` in it, ~~struck~~, **bold** and *said*.

```
one very long line of code
```

| name | size |
|---|---|
| Moka | 12 |

1. One

---

![A chart](media/chart.png)

### [Acme Queues](https://example.com/acme) {.sponsor}
Acme

They queue.
"""
"""What an issue may have beside what the sample has."""


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """The sample issue, with all that an issue can have, in each of the built-in themes and in one of components."""
    made = {}
    for theme in (*THEMES, "components"):
        folder = tmp_path_factory.mktemp("themes") / theme
        make_sample(folder)
        if theme == "components":
            (folder / "templates" / theme).mkdir(parents=True)
            (folder / "templates" / theme / "issue.mjml.j2").write_text(COMPONENTS)
            (folder / "templates" / theme / "issue.txt.j2").write_text('{% include "digest/issue.txt.j2" %}')
        settings = folder / "newsletter.toml"
        text = settings.read_text(encoding="utf-8")
        assert 'theme = "digest"' in text
        settings.write_text(text.replace('theme = "digest"', f'theme = "{theme}"'), encoding="utf-8")
        newsletter = open_newsletter(folder)
        path = newsletter.issues.find("1")
        path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n" + RICH, encoding="utf-8")
        (folder / "media").mkdir(exist_ok=True)
        Image.new("RGB", (1200, 600), "red").save(folder / "media" / "chart.png")
        made[theme] = newsletter, path
    return made


def found(desk, rule):
    return [finding for finding in check_file(*desk) if finding.rule == rule]


@pytest.mark.parametrize("theme", (*THEMES, "components"))
def test_a_theme_uses_nothing_that_a_client_lacks_without_a_fallback(desks, theme):
    assert found(desks[theme], "client-support") == []
    assert found(desks[theme], "client-fallback") != []


@pytest.mark.parametrize("feature", FALLBACKS)
def test_each_fallback_stands_for_something_that_a_theme_or_a_component_uses(desks, monkeypatch, feature):
    entry = FALLBACKS[feature]
    assert entry.fallback
    assert entry.reason
    title = feature_table()[feature].title
    monkeypatch.delitem(FALLBACKS, feature)
    warned = [finding for desk in desks.values() for finding in found(desk, "client-support")]
    assert warned
    assert all(finding.what.startswith(f'"{title}" ') for finding in warned)


@pytest.mark.parametrize("css, feature", [
    ("p.facts { opacity: .5 }", "opacity"),
    ("p.facts { max-height: 9px }", "max-height property"),
    ("a.title { padding: 9px }", "padding"),
    ("a.title { cursor: help }", "cursor"),
    ("h2 ~ p { color: red }", "General sibling combinator"),
])  # fmt: skip
def test_what_mjml_may_write_a_theme_may_not(tmp_path, css, feature):
    make_sample(tmp_path)
    sheet = "head" if "~" in css else "inline"
    copy = tmp_path / "templates" / "digest" / f"{sheet}.css"
    copy.parent.mkdir(parents=True)
    own = (builtin_templates() / "digest" / f"{sheet}.css").read_text(encoding="utf-8").rstrip()
    copy.write_text(f"{own}\n{css}\n", encoding="utf-8")
    newsletter = open_newsletter(tmp_path)
    (finding,) = found((newsletter, newsletter.issues.find("1")), "client-support")
    assert finding.what.startswith(f'"{feature}" is ')
    assert (finding.path.name, finding.line) == (copy.name, own.count("\n") + 2)


@pytest.mark.parametrize("style, feature", [
    ("max-height: 9px; line-height: 14px", "max-height property"),
    ("line-height: 14px; opacity:.5", "opacity"),
])  # fmt: skip
def test_what_mjml_may_write_a_template_may_not_in_a_style_attribute(tmp_path, style, feature):
    make_sample(tmp_path)
    copy = tmp_path / "templates" / "digest" / "footer.mjml.j2"
    copy.parent.mkdir(parents=True)
    own = (builtin_templates() / "digest" / "footer.mjml.j2").read_text(encoding="utf-8").rstrip()
    copy.write_text(
        f"{own}\n<mj-section><mj-column><mj-text>\n<p style='{style}'>x</p></mj-text></mj-column></mj-section>\n"
    )
    newsletter = open_newsletter(tmp_path)
    (finding,) = found((newsletter, newsletter.issues.find("1")), "client-support")
    assert finding.what.startswith(f'"{feature}" is ')
    assert (finding.path.name, finding.line) == (copy.name, own.count("\n") + 3)


def test_what_has_a_fallback_is_one_line_for_a_person(desks):
    findings = check_file(*desks["digest"])
    many = [finding for finding in findings if finding.rule == "client-fallback"]
    shown = folded(findings)
    (one,) = [finding for finding in shown if finding.rule == "client-fallback"]
    assert len(many) > 10
    assert one.what == f"{len(many)} features that some mail clients lack have a fallback"
    assert (one.path, one.line, one.column) == (many[0].path, many[0].line, many[0].column)
    assert len(shown) == len(findings) - len(many) + 1
    assert folded(shown) == shown
