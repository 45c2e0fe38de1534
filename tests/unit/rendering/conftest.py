"""A renderer with the built-in theme, and renderers whose theme has some files replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rendering_samples import OPTIONS, eight_article_issue

from newsletter.model.issue import Issue
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer(OPTIONS, [builtin_templates()])


@pytest.fixture(scope="session")
def eight() -> Issue:
    return eight_article_issue()


@pytest.fixture
def themed(tmp_path: Path) -> Callable[..., Renderer]:
    """A renderer whose theme is the built-in one with some files replaced: ``themed(**{"issue.mjml.j2": "…"})``."""

    def make(options: RenderingOptions = OPTIONS, **files: str) -> Renderer:
        for name, source in files.items():
            path = tmp_path / options.theme / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, "utf-8")
        return Renderer(options, [tmp_path, builtin_templates()])

    return make
