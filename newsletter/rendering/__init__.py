"""Issue → RenderedIssue: Markdown, the theme's Jinja and MJML, its CSS inlined, the plain text, the slots."""
