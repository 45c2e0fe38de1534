"""What mail providers post when mail comes back: who may, what is read, and what becomes of it."""

import base64
import hashlib
import hmac
import io
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from asgi_client import Client
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from returned_mail import Ours
from store_press import Press, begin, record

from newsletter.app import open_newsletter
from newsletter.app.returning import Outcome
from newsletter.app.webhooks import MOST_FETCHES, Certificates, take_webhook
from newsletter.errors import NetError, SettingsError
from newsletter.model.delivery import State
from newsletter.returning.proving import Proof
from newsletter.returning.sns import signed_text
from newsletter.settings import read_settings
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.running import PublicSite
from newsletter.web.site.site import SiteOptions

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
SECRET = "a-secret-of-24-characters"
LOCAL = f"""
[webhooks.ses]
topic = "{TOPIC}"

[webhooks.postmark]
secret = "{SECRET}"

[webhooks.pm2]
provider = "postmark"
username = "postmark"
secret = "{SECRET}"

[webhooks.mailgun]
secret = "{SECRET}"
"""
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The data folder of a newsletter with two readers who got issue 42; made once, and copied by tests."""
    folder = tmp_path_factory.mktemp("made") / "data"
    press = Press(folder)
    press.confirm("ada@example.com", "bob@example.com")
    press.start()
    with press.open() as run:
        deliveries = run.claim(10)
        begin(run, *deliveries)
        record(run, *(each.now(State.ACCEPTED) for each in deliveries))
    press.close()
    return folder


@pytest.fixture
def news(tmp_path, database):
    """The newsletter, and its webhooks."""
    (tmp_path / "newsletter.toml").write_text('id = "news"\nname = "News"\nfrom = "editor@example.org"\n')
    (tmp_path / "newsletter.local.toml").write_text(LOCAL)
    shutil.copytree(database, read_settings(tmp_path).data_folder)
    newsletter = open_newsletter(tmp_path)
    yield newsletter
    newsletter.close()


@pytest.fixture(scope="module")
def signer():
    """A key and its certificate, as Amazon SNS has them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, certificate.public_bytes(serialization.Encoding.PEM)


class Aws:
    """Signs as Amazon SNS does, and gives its certificate."""

    def __init__(self, signer):
        self.key, self.certificate = signer
        self.asked = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        return self.certificate

    def post(self, event: object, version: str = "2", **changes: str) -> dict[str, str]:
        message = {
            "Type": "Notification", "MessageId": "m1", "TopicArn": TOPIC, "Timestamp": "2026-11-27T10:00:00.000Z",
            "Message": json.dumps(event), "SignatureVersion": version, "SigningCertURL": CERTIFICATE, **changes,
        }  # fmt: skip
        way = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = self.key.sign(signed_text(message).encode(), padding.PKCS1v15(), way)
        return {**message, "Signature": base64.b64encode(signature).decode()}

    def take(self, news, message):
        return take_webhook(news, "ses", {}, json.dumps(message).encode(), fetch=self.fetch)


@pytest.fixture
def aws(signer):
    return Aws(signer)


def bounce(kind="Permanent", sub="General", status="5.1.1", words="smtp; 550 5.1.1 no such user", **mail):
    row = {"emailAddress": "Ada <ada@example.com>", "action": "failed", "status": status, "diagnosticCode": words}
    about = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [row], "feedbackId": f"{kind}{sub}{status}",
             "timestamp": "2026-11-27T12:30:00.000Z"}  # fmt: skip
    return {"notificationType": "Bounce", "bounce": about, "mail": {"messageId": "s1", **mail}}


def outcome(answer) -> Outcome:
    assert answer.status == 200, answer.words
    (report,) = answer.taken.reports
    assert report.address == "ada@example.com"
    assert "@" not in answer.words
    return report.outcome


def test_a_bounce_that_amazon_signed_is_recorded_once(news, aws):
    for version in ("1", "2"):
        message = aws.post(bounce(), version)
        assert outcome(aws.take(news, message)) is (Outcome.SUPPRESSED if version == "1" else Outcome.KNOWN)
    assert aws.asked == [CERTIFICATE] * 2


@pytest.mark.parametrize(
    "event, status, result",
    [
        (bounce(sub="NoEmail", status="", words=""), "5.1.1", Outcome.SUPPRESSED),
        (bounce(sub="OnAccountSuppressionList", status="5.1.0", words=""), "5.1.1", Outcome.SUPPRESSED),
        (bounce(status="5.7.1", words=""), "5.7.1", Outcome.NOTED),
        (bounce(status="", words=""), "5.0.0", Outcome.NOTED),
        (bounce("Transient", status="5.1.1"), "4.0.0", Outcome.NOTED),
        (bounce("Transient", "MailboxFull", "", ""), "5.2.2", Outcome.NOTED),
        (bounce("Transient", "MailboxFull", "5.2.2", ""), "5.2.2", Outcome.NOTED),
    ],
)  # fmt: skip
def test_what_amazon_calls_a_bounce_has_its_code(news, aws, event, status, result):
    answer = aws.take(news, aws.post(event))
    assert outcome(answer) is result
    assert (answer.taken.reports[0].status, answer.taken.reports[0].proof) == (status, Proof.PROVIDER)


def test_other_events_of_amazon_are_a_complaint_a_delay_or_nothing(news, aws):
    row = [{"emailAddress": "ada@example.com", "status": "4.4.1"}]
    mail = Ours(subscriber=1, key=news.database.key)
    complaint = {
        "complainedRecipients": row,
        "complaintFeedbackType": "abuse",
        "feedbackId": "c",
        "userAgent": "Some/1",
    }
    said = {"eventType": "Complaint", "complaint": complaint, "mail": {"source": mail.return_path}}
    for event, result in (
        (bounce("Transient", status="", words=""), None),
        ({**said, "complaint": {**complaint, "complaintFeedbackType": "not-spam"}}, None),
        ({"eventType": "Delivery", "mail": {}}, None),
        ({"eventType": "DeliveryDelay", "deliveryDelay": {"delayedRecipients": row}, "mail": {}}, Outcome.NOTED),
        (said, Outcome.UNSUBSCRIBED),
    ):
        answer = aws.take(news, aws.post(event))
        assert (answer.taken.reports == ()) if result is None else (outcome(answer) is result)
    assert answer.taken.reports[0].proof is Proof.TOKEN


def test_what_amazon_did_not_sign_is_refused(news, aws, signer):
    message = aws.post(bounce())
    for changes in (
        {"Message": json.dumps(bounce(sub="NoEmail"))},
        {"Timestamp": "2026-11-27T10:00:01.000Z"}, {"Signature": "AAAA"},
        {"Signature": "no base64"}, {"SignatureVersion": "1"}, {"SignatureVersion": "3"}, {"Type": "Other"},
        {"TopicArn": TOPIC + "2"}, {"SigningCertURL": CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": CERTIFICATE.replace("amazonaws.com", "amazonaws.com.evil.example")},
        {"SigningCertURL": CERTIFICATE.replace("eu-west-1", "us-east-1")}, {"SigningCertURL": "https://[x"},
        {"SigningCertURL": CERTIFICATE.replace("//sns", "//me@sns")}, {"SigningCertURL": CERTIFICATE + "?x"},
        {"SigningCertURL": CERTIFICATE.replace("SimpleN", "x/SimpleN")}, {"SigningCertURL": 7}, {"Signature": None},
    ):  # fmt: skip
        answer = aws.take(news, {**message, **changes})
        assert (answer.status, answer.taken) == (403, None), changes
    assert set(aws.asked) == {CERTIFICATE}
    other = Aws((rsa.generate_private_key(public_exponent=65537, key_size=2048), signer[1]))
    assert other.take(news, other.post(bounce())).status == 403
    aws.certificate = b"no certificate"
    assert aws.take(news, message).status == 403

    def unreachable(url):
        raise NetError("no answer")

    assert take_webhook(news, "ses", {}, json.dumps(message).encode(), fetch=unreachable).status == 503


def test_a_topic_is_told_yes_only_when_the_settings_say_so(news, aws, tmp_path):
    asks = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    message = aws.post({}, Type="SubscriptionConfirmation", SubscribeURL=asks, Token="t")
    assert aws.take(news, message).status == 403
    local = tmp_path / "newsletter.local.toml"
    local.write_text(local.read_text().replace(f'topic = "{TOPIC}"', f'topic = "{TOPIC}"\nconfirm = true'))
    willing = open_newsletter(tmp_path)
    assert aws.take(willing, message).status == 200
    assert aws.asked[-1] == asks
    elsewhere = aws.post({}, Type="SubscriptionConfirmation", SubscribeURL="https://evil.example/", Token="t")
    assert aws.take(willing, elsewhere).status == 403
    willing.close()


def postmark(news, event, *, name="postmark", secret=SECRET, headers=None):
    return take_webhook(news, name, headers or {}, json.dumps(event).encode(), secret=secret)


def told(kind, details="", record="Bounce", **more):
    return {"RecordType": record, "Type": kind, "ID": len(kind), "Email": "ada@example.com", "Details": details,
            "BouncedAt": "2026-11-27T14:00:00.9070259Z", **more}  # fmt: skip


@pytest.mark.parametrize(
    "event, result, status",
    [
        (told("HardBounce", "smtp;550 5.1.1 no such user"), Outcome.SUPPRESSED, "5.1.1"),
        (told("HardBounce", "action: failed"), Outcome.SUPPRESSED, "5.1.1"),
        (told("HardBounce", "smtp;550 5.7.1 not wanted"), Outcome.NOTED, "5.7.1"),
        (told("BadEmailAddress"), Outcome.SUPPRESSED, "5.1.3"), (told("SoftBounce"), Outcome.NOTED, "5.2.0"),
        (told("SpamNotification"), Outcome.NOTED, "5.7.1"), (told("Transient"), Outcome.NOTED, ""),
        (told("SpamComplaint", record="SpamComplaint"), Outcome.UNSUBSCRIBED, ""),
        (told("", record="SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression",
              Origin="Recipient"), Outcome.UNSUBSCRIBED, ""),
        (told("", record="SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression",
              Origin="Customer"), None, ""),
        (told("AutoResponder"), None, ""), (told("", record="Open"), None, ""),
    ],
)  # fmt: skip
def test_what_postmark_tells_is_read(news, event, result, status):
    answer = postmark(news, event)
    if result is None:
        assert (answer.status, answer.taken.reports) == (200, ())
        return
    assert outcome(answer) is result
    assert answer.taken.reports[0].status == status
    assert outcome(postmark(news, event)) is Outcome.KNOWN


def test_who_does_not_know_postmarks_secret_is_refused(news):
    event = told("HardBounce")
    for secret in ("", SECRET[:-1], SECRET + "x", "ü"):
        assert postmark(news, event, secret=secret).status == 401
    right = base64.b64encode(f"postmark:{SECRET}".encode()).decode()
    for coded in ("", "Basic", "Basic !!", "Basic " + base64.b64encode(b"postmark:no").decode(), f"Bearer {right}"):
        assert postmark(news, event, name="pm2", headers={"Authorization": coded}).status == 401
    assert postmark(news, event, name="pm2").status == 401
    assert postmark(news, event, name="pm2", secret="", headers={"AUTHORIZATION": f"Basic {right}"}).status == 200


def mailgun(news, event, *, age=0, secret=SECRET, **changes):
    stamp = str(int((datetime.now(UTC) - timedelta(minutes=age)).timestamp()))
    signature = hmac.new(secret.encode(), f"{stamp}token".encode(), hashlib.sha256).hexdigest()
    proof = {"timestamp": stamp, "token": "token", "signature": signature, **changes}
    return take_webhook(news, "mailgun", {}, json.dumps({"signature": proof, "event-data": event}).encode())


def failed(severity="permanent", **more):
    return {"event": "failed", "severity": severity, "id": "e1", "recipient": "ada@example.com",
            "timestamp": 1795808726.5,
            "delivery-status": {"code": 550, "message": "5.1.1 no such user"}, **more}  # fmt: skip


@pytest.mark.parametrize(
    "event, result, status",
    [
        (failed(), Outcome.SUPPRESSED, "5.1.1"), (failed("temporary"), Outcome.NOTED, "5.1.1"),
        (failed(**{"delivery-status": {"code": 552, "message": "full", "enhanced-code": "5.2.2"}}),
         Outcome.NOTED, "5.2.2"),
        (failed(reason="suppress-bounce", **{"delivery-status": {"code": 605}}), Outcome.SUPPRESSED, "5.1.1"),
        (failed(reason="suppress-unsubscribe"), Outcome.UNSUBSCRIBED, ""),
        ({**failed(), "event": "complained"}, Outcome.UNSUBSCRIBED, ""),
        ({**failed(), "event": "unsubscribed"}, Outcome.UNSUBSCRIBED, ""), ({**failed(), "event": "opened"}, None, ""),
        (None, None, ""), ([], None, ""),
    ],
)  # fmt: skip
def test_what_mailgun_tells_is_read(news, event, result, status):
    answer = mailgun(news, event)
    if result is None:
        assert (answer.status, answer.taken.reports) == (200, ())
        return
    assert outcome(answer) is result
    assert answer.taken.reports[0].status == status


def test_what_mailgun_did_not_sign_lately_is_refused(news):
    for refused in (
        mailgun(news, failed(), secret="x" * 24), mailgun(news, failed(), age=11 * 60),
        mailgun(news, failed(), age=-60), mailgun(news, failed(), token="other"),
        mailgun(news, failed(), timestamp="9" * 400), mailgun(news, failed(), token=""),
        mailgun(news, failed(), signature=None), mailgun(news, failed(), signature={"x": 1}),
    ):  # fmt: skip
        assert (refused.status, refused.taken) == (406, None)
    assert mailgun(news, failed(), age=7 * 60).status == 200


def test_our_own_message_id_says_which_issue_mailgun_means(news):
    mail = Ours(subscriber=1, key=news.database.key)
    answer = mailgun(news, failed(message={"headers": {"message-id": mail.message_id.strip("<>")}}))
    assert outcome(answer) is Outcome.SUPPRESSED
    assert answer.taken.reports[0].proof is Proof.TOKEN


def test_a_stranger_whom_we_never_wrote_to_is_not_recorded(news):
    answer = postmark(news, {**told("HardBounce"), "Email": "stranger@example.com"})
    assert [report.outcome for report in answer.taken.reports] == [Outcome.UNPROVEN]


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400), (b"[]", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b'{"a": 1' + b"0" * 5000 + b"}", 400),
        (b"{" + b" " * 1_000_001 + b"}", 413), (b"{}", 200), (b'{"RecordType": {"a": []}, "Email": 7}', 200),
    ],
)  # fmt: skip
def test_nonsense_is_answered(news, body, status):
    assert take_webhook(news, "postmark", {}, body, secret=SECRET).status == status
    assert take_webhook(news, "none", {}, body).status == 404


@pytest.mark.parametrize(
    "local, what",
    [
        ('[webhooks.other]\nsecret = "x"', "provider"), ("[webhooks.ses]", "topic"), ("[webhooks.mailgun]", "secret"),
        ('[webhooks.ses]\ntopic = "arn"', "no ARN"), ('[webhooks.postmark]\nsecret = "short"', "too short"),
        ('[webhooks."A b"]\nprovider = "ses"', "no name"), ('[webhooks.ses]\ntopik = "x"', "topic"),
        ('[imap.x]\nhost = "h"\nusername = "u"', "password_env or password_command"),
        ('[imap.x]\nhost = "h"', "username"),
        ('[imap.x]\nhost = "h"\nusername = "u"\npassword_env = "P"\nsecurity = "none"', "readable"),
        ('[imap.x]\nhost = "h:1/"\nusername = "u"\npassword_env = "P"', "no host name"),
        ('[imap.x]\nhost = "h"\nusername = "u"\npassword_env = "P"\nport = 0', "no port"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_say_where_and_never_repeat_a_secret(tmp_path, local, what):
    (tmp_path / "newsletter.toml").write_text('id = "news"\nname = "News"\nfrom = "editor@example.org"\n')
    (tmp_path / "newsletter.local.toml").write_text(local + "\n")
    with pytest.raises(SettingsError, match=what) as caught:
        read_settings(tmp_path)
    assert "newsletter.local.toml" in str(caught.value)
    assert '"short"' not in str(caught.value)


def test_secrets_are_not_shown_with_the_settings(news):
    assert SECRET not in repr(news.settings)


def test_the_site_takes_what_providers_post_and_its_log_names_nobody(news):
    stream = io.StringIO()
    site = PublicSite(news, SiteOptions(), log=RequestLog(stream=stream))
    client = Client(site.app)
    event = json.dumps({**told("HardBounce"), "Content": "x" * 100_000}).encode()
    assert client.post(f"/webhooks/postmark/{SECRET}", event).status == 200
    assert client.post("/webhooks/postmark/guessed-secret-of-mine", event).status == 401
    assert client.post("/webhooks/postmark", event).status == 401
    assert client.post("/webhooks/none", event).status == 404
    assert client.get(f"/webhooks/postmark/{SECRET}").status == 405
    assert client.post("/webhooks/mailgun", b"{" + b" " * 3_000_000).status == 413
    client.close()
    log = stream.getvalue()
    assert "webhook postmark: postmark: suppressed" in log
    assert "POST /webhooks/{name}/{secret} 200" in log
    assert not any(word in log for word in (SECRET, "guessed", "ada@example.com"))


def test_whoever_posts_nonsense_does_not_make_us_ask_others_again_and_again():
    certificates = Certificates()
    for _ in range(MOST_FETCHES):
        with pytest.raises(NetError, match="private network"):
            certificates.fetch("https://127.0.0.1/SimpleNotificationService-0.pem")
    with pytest.raises(NetError, match="asked too often"):
        certificates.fetch("https://127.0.0.1/SimpleNotificationService-0.pem")
