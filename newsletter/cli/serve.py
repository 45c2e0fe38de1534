"""Publish: the site that readers see."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.mailing import via_option
from newsletter.cli.output import here, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from threading import Event

    from newsletter.app import Newsletter
    from newsletter.web.site.background import Task
    from newsletter.web.site.running import Routes
    from newsletter.web.site.site import Network


@click.command()
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Its port; 0: a free one.")
@click.option("--root-path", metavar="PATH", help="The path a proxy shows it below; default: that of public_url.")
@click.option(
    "--proxies",
    metavar="N",
    type=click.IntRange(0, 10),
    default=0,
    help="How many proxies stand before it; default: 0.",
)
@click.option("--work", is_flag=True, help="Do what newsletter work does, too.")
@via_option
@click.option(
    "--metrics-for", metavar="NETWORK", multiple=True, help="Who may read /metrics beside this machine: 10.0.0.0/8."
)
@click.option("--json-logs", is_flag=True, help="Each line of the log is a JSON object.")
@click.option("--log-clients", is_flag=True, help="Each line of the log names the client's IP address.")
def serve(
    host: str,
    port: int,
    root_path: str | None,
    proxies: int,
    work: bool,
    via: str,
    metrics_for: tuple[str, ...],
    json_logs: bool,
    log_clients: bool,
) -> None:
    """Serve the public site: the archive, its feeds, health and measures.

    It listens on this machine alone unless told otherwise: a web server before it, like nginx, does TLS. With --proxies
    each of so many says in X-Forwarded-For whom it was asked by; else such headers mean nothing.

    /healthz really writes to database and disk, and names the database, which newsletter send compares with its own.
    /metrics is for Prometheus on this machine. The log, on standard error, has a line for each request: no address, no
    token, no query.

    Hooks are told meanwhile. SIGTERM or Ctrl-C ends it: what is open is finished, and the exit code is 0. Settings are
    read when it starts.
    """
    from threading import Event

    from newsletter.app.stopping import stopping
    from newsletter.web.serving import listen
    from newsletter.web.site.request_log import RequestLog
    from newsletter.web.site.running import PublicSite
    from newsletter.web.site.site import SiteOptions

    newsletter = here()
    options = SiteOptions(
        root_path=_root_path(newsletter, root_path),
        proxies=proxies,
        metrics_for=tuple(map(_network, metrics_for)),
        json_logs=json_logs,
        log_clients=log_clients,
    )
    wake, log = Event(), RequestLog(as_json=json_logs, clients=log_clients)
    tasks = _tasks(newsletter, wake, log.event, work=work, via=via)
    site = PublicSite(newsletter, options, pages=_pages(newsletter, wake), tasks=tasks, log=log)
    opened = listen(port, host)
    shown, bound = opened.getsockname()[:2]
    say(f"serving {newsletter.settings.name} at http://{f'[{shown}]' if ':' in shown else shown}:{bound}/")
    if not newsletter.settings.sender.public_url:
        say("no public_url in newsletter.toml: there are no pages to subscribe, to leave or to choose")
    with stopping():
        site.serve(opened)


def _root_path(newsletter: "Newsletter", given: str | None) -> str:
    import re

    path = re.sub(r"https://[^/]*", "", newsletter.settings.sender.public_url) if given is None else given
    path = path.rstrip("/")
    if path and not re.fullmatch(r"(/[\w.~-]+)+", path):
        raise click.UsageError("--root-path is a path like /news.")
    return path


def _network(text: str) -> "Network":
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
    except ValueError as cause:
        raise click.UsageError(f"--metrics-for {text}: write it like 10.0.0.0/8, or one address.") from cause


def _pages(newsletter: "Newsletter", wake: "Event") -> "Sequence[Routes]":
    """Return the readers' own pages; without a public URL their mails could lead nowhere."""
    from functools import partial

    from newsletter.web.public.routes import routes

    if not newsletter.settings.sender.public_url:
        return ()
    return (partial(routes, wake=wake.set),)


def _tasks(
    newsletter: "Newsletter", wake: "Event", told: "Callable[[str], None]", *, work: bool, via: str
) -> "Mapping[str, Task]":
    """Return what is done beside answering; *told* hears why notices wait."""
    from functools import partial

    from newsletter.app.hooks import deliver_hooks
    from newsletter.web.site.background import in_thread

    tasks = {}
    if newsletter.settings.hooks:
        tasks["hooks"] = in_thread(partial(deliver_hooks, newsletter))
    if newsletter.settings.sender.public_url:
        tasks["notices"] = in_thread(partial(_post, newsletter, via, wake, told))
    if work:
        tasks["work"] = in_thread(partial(_work, via))
    return tasks


def _work(via: str, stop: "Event") -> None:
    from newsletter.app.working import Worker
    from newsletter.cli.work import stay

    stay(Worker(via, stop), stop)


def _post(newsletter: "Newsletter", via: str, wake: "Event", told: "Callable[[str], None]", stop: "Event") -> None:
    from newsletter.app.notices import keep_sending

    keep_sending(newsletter, via, stop, wake, told)
