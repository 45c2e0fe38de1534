import json

from archive_samples import SETTINGS
from click.testing import CliRunner

from newsletter.app import open_newsletter
from newsletter.cli.root import root
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent
from newsletter.store.database import create
from newsletter.store.hook_queue import HookQueue
from newsletter.store.subscribers import SubscriberStore


def test_hooks_are_listed_tried_begun_anew_and_forgotten(tmp_path, monkeypatch):
    (tmp_path / "newsletter.toml").write_text(SETTINGS.format(more=""))
    (tmp_path / "newsletter.local.toml").write_text('[hooks.log]\ncommand = "false"\nevents = ["confirmed"]\n')
    monkeypatch.chdir(tmp_path)
    newsletter = open_newsletter(tmp_path)
    create(newsletter.settings.data_folder).close()

    def run(*words):
        done = CliRunner().invoke(root, ["hooks", *words])
        return done.output if done.exception is None else str(done.exception)

    assert run("list") == "log: 0 waiting, 0 of them failed, 0 given up\n"
    ada = Address(address="ada@example.com")
    SubscriberStore(newsletter.database).add(ada, "weekly", consent=Consent.CONFIRMED, basis="asked")
    queue = HookQueue(newsletter.database)
    queue.failed(queue.claim("log"), "the command ended with 1", None)
    assert "1 given up; last failure: the command ended with 1" in run("list")
    assert json.loads(run("list", "--json"))[0]["given_up"] == 1
    assert run("retry", "log").startswith("1 event for log")
    assert json.loads(run("list", "--json"))[0]["waiting"] == 1
    assert "[hooks.log]: the command ended with 1" in run("test", "log")
    assert "there is no hook" in run("retry", "other")
    assert run("drop", "log") == "1 event for log forgotten\n"
    newsletter.close()
