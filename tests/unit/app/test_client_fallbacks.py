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
    """The sample issue in each of the built-in themes, with all that an issue can have."""
    made = {}
    for theme in THEMES:
        folder = tmp_path_factory.mktemp("themes") / theme
        make_sample(folder)
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


@pytest.mark.parametrize("theme", THEMES)
def test_a_built_in_theme_uses_nothing_that_a_client_lacks_without_a_fallback(desks, theme):
    assert found(desks[theme], "client-support") == []
    assert found(desks[theme], "client-fallback") != []


@pytest.mark.parametrize("feature", FALLBACKS)
def test_each_fallback_stands_for_something_that_a_theme_uses(desks, monkeypatch, feature):
    entry = FALLBACKS[feature]
    assert entry.fallback
    assert entry.reason
    title = feature_table()[feature].title
    monkeypatch.delitem(FALLBACKS, feature)
    warned = [finding for desk in desks.values() for finding in found(desk, "client-support")]
    assert warned
    assert all(finding.what.startswith(f'"{title}" ') for finding in warned)


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
