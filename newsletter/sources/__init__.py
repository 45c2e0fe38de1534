"""Where articles come from: a digest text, Markdown, JSON or CSV becomes articles."""
