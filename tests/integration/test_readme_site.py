"""The README's sample files for a server, read by the programs that they are for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import missing

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def sample(kind: str, words: str) -> str:
    """Return the README's block of this kind that has *words*."""
    return next(text for text in re.findall(rf"```{kind}\n(.*?)```", README, re.S) if words in text)


def found(program: str, package: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    return path or missing(program, f"apt-get install {package}")


@pytest.mark.parametrize("words", ["newsletter serve --proxies 1 --work", "newsletter fetch"])
def test_systemd_takes_the_unit(tmp_path, words):
    unit = tmp_path / "newsletter.service"
    told = sample("ini", f"/usr/local/bin/{words}")
    told = told.replace("/usr/local/bin/newsletter", "/bin/true").replace("User=news", "User=root")
    unit.write_text(told.replace("/home/news/weekly", "/tmp"))
    done = subprocess.run(
        [found("systemd-analyze", "systemd"), "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "newsletter.service" in line]
    assert said == []


def test_nginx_takes_the_site_and_shows_who_asked(tmp_path, authority):
    nginx = found("nginx", "nginx-light")
    certificate = authority.issue_cert("news.example.com")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "fullchain.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "privkey.pem")
    site = sample("nginx", "proxy_pass").replace("/etc/letsencrypt/live/news.example.com", str(tmp_path))
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in site
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{site}\n}}\n")
    done = subprocess.run([nginx, "-t", "-q", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_receiver_of_the_readme_takes_what_is_posted_and_nothing_else():
    import time

    from newsletter.app.hooks import signature

    given: dict = {}
    exec(sample("python", "read_event"), given)
    body, now = b'{"event": "confirmed"}', int(time.time())
    assert given["read_event"]("s" * 32, body, signature("s" * 32, body, now)) == {"event": "confirmed"}
    for secret, told, at in (("x" * 32, body, now), ("s" * 32, body + b" ", now), ("s" * 32, body, now - 301)):
        with pytest.raises(ValueError):
            given["read_event"]("s" * 32, told, signature(secret, body, at))


def test_the_hooks_of_the_readme_are_hooks():
    from newsletter.errors import SettingsError
    from newsletter.model.table import read_toml
    from newsletter.settings.hook_table import read_hook

    table = read_toml(sample("toml", "[hooks.crm]"), where="README.md", error=SettingsError).table("hooks")
    assert [read_hook(name, hook).name for name, hook in table.tables()] == ["crm", "chat"]
