"""Article blocks as the tool writes them into an issue file."""

from newsletter.composer.escaping import escaped, escaped_heading, escaped_link
from newsletter.model.article import Article
from newsletter.model.trackers import printed_link

WHY = "**Why it matters:**"
SEPARATOR = " · "


def article_block(article: Article) -> str:
    """Return the Markdown of one article, ended by a line break."""
    title = escaped_heading(article.title)
    heading = f"[{title}]({escaped_link(printed_link(article.link))})" if article.link else title
    lines = [" ".join(part for part in ("###", heading, f"{{#{article.id}}}") if part)]
    byline = (escaped(article.source), f"{article.minutes} min" if article.minutes else "", article.published)
    if any(byline):
        lines.append(SEPARATOR.join(part for part in byline if part))
    if article.why:
        lines += ["", f"{WHY} {escaped(article.why)}"]
    if article.points:
        lines += ["", *(f"- {escaped(point)}" for point in article.points)]
    return "\n".join(lines) + "\n"


def section_block(name: str) -> str:
    """Return the Markdown of a section's heading."""
    return f"## {escaped_heading(name)}\n"
