"""Exports of past issues, as their tools make them."""

import json
import zipfile

SUBSTACK_POSTS = (
    "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n"
    "101.queues,2024-03-10T12:00:00.000Z,true,2024-03-10T12:05:00.000Z,,newsletter,everyone,"
    '"Queues, ""moved""",The subtitle,\n'
    "103.paid,2024-05-01T08:00:00.000Z,true,2024-05-01T08:00:00.000Z,,newsletter,only_paid,For payers,,\n"
    "102.logs,2024-04-01T23:30:00.000Z,true,,,newsletter,everyone,Logs that last,,\n"
    "104.draft,,false,,,newsletter,everyone,A draft,,\n"
    "105.about,2024-01-01T00:00:00.000Z,true,,,page,everyone,About,,\n"
)
QUEUES = """<h1>Queues, "moved"</h1>
<p>Hello <strong>all</strong>, see <a href="https://acme.example/a_b(c)?x=1&amp;y=2">the
<em>post</em></a>.<br>Second line.</p>
<div class="captioned-image-container"><figure><a href="https://cdn.example/big.png"><img src="https://cdn.example/p.png"
 alt="A [chart]"></a><figcaption>A caption</figcaption></figure></div>
<p class="button-wrapper"><a href="https://w.example/subscribe">Subscribe now</a></p>
<div class="subscription-widget-wrap-editor"><p>Thanks for reading! Subscribe.</p></div>
<h2>Links of the week</h2>
<h3><a href="https://acme.example/moka_2">Next Gen * Moka (Part 2)</a></h3>
<p>Why it matters: <b>they</b> did it at night.</p>
<ul><li><p>one</p><ul><li>nested</li></ul></li><li>two<p>and more</p></li></ul>
<p># not a heading</p>
<h3>Prose {#x}</h3>
<blockquote><p>Quoted</p></blockquote>
<pre><code>if x &lt; 1:
    ```
</code></pre>
<hr>
<ol><li>first</li><li>second</li></ol>
<p>1. not a list &lt;script&gt; {{ x }} and [a](b)</p>
<p><a class="footnote-anchor" href="#footnote-1">1</a> note</p>
<h4>Nothing below</h4>
"""
SUBSTACK = {
    "posts.csv": SUBSTACK_POSTS,
    "posts/101.queues.html": QUEUES,
    "posts/102.logs.html": "<p>Only <a href='https://acme.example/logs'>one link</a></p>",
    "posts/103.paid.html": "<p>Secret</p>",
    "posts/101.queues.delivers.csv": "a,b\n",
    "email_list.csv": "email\n",
}
BUTTONDOWN = {
    "emails.csv": "id,subject,publish_date,slug,status,email_type\n"
    'em_1,"Plain: a, subject",2023-01-02T10:00:00Z,plain,sent,public\n'
    "em_2,For members,2023-01-09T10:00:00Z,members,sent,premium\n"
    "em_3,Not yet,,not-yet,draft,public\n",
    "emails/plain.md": "<!-- buttondown-editor-mode: plaintext -->\n# Heading\n\nSee [it]"
    "(https://acme.example/one) and <https://acme.example/two>.\n\n## Section\n\n### [Piece](https://acme.example/piece)"
    "\n\nText\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "emails/members.md": "Only you\n",
    "emails/not-yet.md": "A draft\n",
}
BUTTONDOWN_JSON = {
    "emails.json": json.dumps(
        [
            {"id": "em_1", "secondary_id": 1, "subject": "Plain: a, subject", "slug": "plain", "source": "app",
             "publish_date": "2023-01-02 16:55:00+00:00"},
            {"id": "em_2", "secondary_id": "2", "subject": "For members", "slug": "members", "email_type": "premium",
             "publish_date": "2023-01-09 13:00:00+00:00", "status": "sent", "metadata": {}, "attachments": []},
            {"id": "em_3", "subject": "Not yet", "slug": "not-yet", "status": "draft", "publish_date": None},
        ]
    ),
    **{name: text for name, text in BUTTONDOWN.items() if name.endswith(".md")},
}  # fmt: skip
PULLED = {
    "weekly/emails/first.md": "---\nid: em_9\nsubject: 'Pulled: first'\nstatus: published\nemail_type: public\n"
    "slug: first\npublish_date: 2023-01-02T10:00:00Z\ndescription: The preview\n---\n\nHello.\n",
    "weekly/emails/draft.md": "---\nid: em_8\nsubject: Draft\nstatus: draft\n---\nx\n",
}
MAILCHIMP_HTML = """<html><head><title>*|MC:SUBJECT|*</title></head><body>
<table><tr><td><a href="*|ARCHIVE|*">View this email in your browser</a></td></tr>
<tr><td><h1>Hello *|FNAME|*</h1><p>See <a href="https://acme.example/{0}">post {0}</a>.</p>
<img src="https://x.list-manage.com/o.gif" width="1" height="1"></td></tr>
<tr><td><a href="https://x.us1.list-manage.com/unsubscribe?u=1">unsubscribe from this list</a> |
<a href="*|UPDATE_PROFILE|*">update subscription preferences</a></td></tr></table></body></html>"""
MAILCHIMP = {
    "77/9/campaigns.csv": "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Unique Id\n"
    '"Weekly 1","Été à la plage","Main","May 19, 2019 06:00 pm",Sunday,10,aa11\n'
    '"Weekly 2","The second","Main","May 26, 2019 06:00 pm",Sunday,10,bb22\n'
    '"Weekly 3","No text","Main","Jun 02, 2019 06:00 pm",Sunday,10,cc33\n',
    "77/9/campaigns_content/1201_weekly-1.html": MAILCHIMP_HTML.format("one"),
    "77/9/campaigns_content/1202_the-second.html": MAILCHIMP_HTML.format("two"),
    "77/9/campaigns_content/1203_an-unsent-idea.html": "<p>x</p>",
    "77/9/campaigns_content/1201_weekly-1.txt": "text",
}


def packed(folder, files, name="export.zip"):
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path
