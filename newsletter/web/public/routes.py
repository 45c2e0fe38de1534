"""The readers' pages, put together for the site."""

from collections.abc import Callable

from starlette.routing import Route

from newsletter.web.public.choosing import Choosing
from newsletter.web.public.desk import Desk
from newsletter.web.public.forms import LEAST
from newsletter.web.public.leaving import Leaving
from newsletter.web.public.subscribing import Subscribing
from newsletter.web.site.site import Site


def routes(
    site: Site, *, wake: Callable[[], None] = lambda: None, least: float = LEAST, floor: float = 0.4
) -> list[Route]:
    """Return the routes of all readers' pages.

    :param wake: is called when a notice was posted.
    :param least: seconds that a person takes for a form.
    :param floor: seconds that an answer takes at least which must not say whether an address is known.
    """
    desk = Desk(site, wake=wake, floor=floor)
    pages = (Subscribing(desk, least=least), Leaving(desk), Choosing(desk, least=least))
    return [route for page in pages for route in page.routes()]
