"""Has a model draft: refuses what it must not read, keeps what was answered, counts the cost, judges every word."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from newsletter.app.draft_asking import NoReply, Reply, ask
from newsletter.app.drafting import KIND, Task, put, without_faults
from newsletter.app.newsletter import Newsletter
from newsletter.composer.draft_answer import AnswerFault, one_line, read_answer
from newsletter.composer.draft_options import DraftOptions
from newsletter.composer.draft_prompt import Question, draft_key, tokens_in, tokens_out
from newsletter.composer.draft_text import readable, refusal
from newsletter.composer.injection import words_to_a_machine
from newsletter.composer.support import Ground
from newsletter.errors import IssueError, SettingsError
from newsletter.model.draft import MODEL, Draft
from newsletter.model.word_count import count_words
from newsletter.settings import LOCAL_FILE
from newsletter.store.spending import Call, CapReached, Caps, Spending, Spent

ANSWERS = 2
"""That are asked for: one that cannot be used is told why, once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What the editor asked for.

    :param truncated: texts that end before the article does are read too.
    :param keep_unsupported: what the article does not bear out is written too, and marked.
    :param fresh: what was answered before is not used.
    """

    truncated: bool = False
    keep_unsupported: bool = False
    fresh: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What became of one article.

    :param draft: what is to be written; None where nothing is.
    :param reason: why there is no draft.
    :param remarks: what an editor should know now: which sentences were left out, and why.
    :param notes: what a reviewer should know too, and the issue file keeps.
    :param kept: it was answered before, and nobody was asked.
    :param cost: of this run, in the currency of the settings; *tokens* likewise.
    :param last: none of the other articles would get a draft either.
    """

    task: Task
    draft: Draft | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    truncated: bool = False
    kept: bool = False
    cost: float = 0.0
    tokens: int = 0
    last: bool = False

    @property
    def facts(self) -> dict[str, object]:
        """What the issue file keeps of it beside the words."""
        facts: dict[str, object] = {"truncated": True} if self.truncated else {}
        return facts | ({"flagged": "; ".join(self.notes)} if self.notes else {})


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would be asked about one article.

    :param reason: why it would not be.
    :param tokens: at most, and so *cost*.
    """

    task: Task
    reason: str = ""
    words: int = 0
    kept: bool = False
    tokens: int = 0
    cost: float = 0.0


class Drafter:
    """Drafts for one issue.

    :param sleep: waits so many seconds.
    """

    def __init__(
        self, newsletter: Newsletter, issue: int, wish: Wish, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._newsletter = newsletter
        self._issue = issue
        self._wish = wish
        self._sleep = sleep
        self._options = newsletter.settings.draft
        self._language = newsletter.settings.rendering.language

    @cached_property
    def _spending(self) -> Spending:
        return Spending(self._newsletter.database)

    def spent(self) -> Spent | None:
        """Return what was spent for this issue and in this month; None where nothing can have been."""
        if not self._newsletter.has_database():
            return None
        return self._spending.spent(self._issue, self._options.currency)

    def look(self, task: Task) -> Preview:
        """Return what would be asked; nobody is asked."""
        text, _ = readable(task.text, self._options.most_words)
        if reason := refusal(task.article, task.text, self._options.most_words, cut=self._wish.truncated):
            return Preview(task=task, reason=reason, words=count_words(task.text))
        question = self._question(task, text)
        kept = self._kept(task, text) is not None
        read, written = (0, 0) if kept else (tokens_in(question), tokens_out(self._options.parameters))
        cost = self._options.cost(read, written)
        return Preview(task=task, words=count_words(text), kept=kept, tokens=read + written, cost=cost)

    def draft(self, task: Task) -> Made:
        """Return a draft for *task*, or why there is none.

        :raises SettingsError: nobody can be asked as configured.
        """
        if reason := refusal(task.article, task.text, self._options.most_words, cut=self._wish.truncated):
            return Made(task=task, reason=reason)
        text, cut = readable(task.text, self._options.most_words)
        made = self._from_kept(task, text) or self._asked(task, text)
        if made.draft is None:
            return made
        return self._judged(made, made.draft, text, cut or task.article.truncated)

    def _question(self, task: Task, text: str) -> Question:
        fence = f"=====ARTICLE-{secrets.token_hex(12)}====="
        known = task.article
        article = replace(known, title=one_line(known.title), source=one_line(known.source))
        return Question(article=article, text=text, language=self._language, fence=fence)

    def _kept(self, task: Task, text: str) -> bytes | None:
        return self._newsletter.derived.get(KIND, draft_key(task.article, text, self._language, self._options))

    def _from_kept(self, task: Task, text: str) -> Made | None:
        if self._wish.fresh or (kept := self._kept(task, text)) is None:
            return None
        try:
            values = json.loads(kept)
            return Made(task=task, draft=read_answer(values["words"], MODEL + values["model"]), kept=True)
        except (AnswerFault, ValueError, KeyError, TypeError):  # by another version, or damaged: asked anew
            return None

    def _asked(self, task: Task, text: str) -> Made:
        """Ask, once more if the answer cannot be used."""
        fault, cost, tokens = "", 0.0, 0
        for _ in range(ANSWERS):
            question = self._question(task, text)
            call = self._call(question, fault)
            try:
                id = self._spending.begin(call, self._caps)
            except CapReached as reached:
                return Made(task=task, reason=self._capped(reached, call), cost=cost, tokens=tokens)
            try:
                reply = ask(question, self._options, self._newsletter.settings.folder, fault, sleep=self._sleep)
            except NoReply as none:
                if none.free:
                    self._spending.withdraw(id)
                lost = 0.0 if none.free else call.cost
                return Made(task=task, reason=none.words, cost=cost + lost, tokens=tokens, last=none.of_all)
            except SettingsError:
                self._spending.withdraw(id)
                raise
            took = self._settled(id, reply, call)
            cost, tokens = cost + took.cost, tokens + took.tokens
            name = self._options.model or reply.model or self._options.name
            try:
                draft = read_answer(reply.words, MODEL + name)
            except AnswerFault as why:
                fault = str(why)
                continue
            self._keep(task, text, reply, name)
            return Made(task=task, draft=draft, cost=cost, tokens=tokens)
        return Made(task=task, reason=f"its answer cannot be used: {fault}", cost=cost, tokens=tokens)

    @property
    def _caps(self) -> Caps:
        options = self._options
        return Caps(issue=options.cap_issue, month=options.cap_month, tokens=options.cap_tokens)

    def _call(self, question: Question, fault: str) -> Call:
        read, written = tokens_in(question, fault), tokens_out(self._options.parameters)
        cost = self._options.cost(read, written)
        return Call(
            issue=self._issue,
            model=self._options.name,
            tokens=read + written,
            cost=cost,
            currency=self._options.currency,
        )

    def _settled(self, id: str, reply: Reply, call: Call) -> Call:
        """Note what a call took: by the answer's own word, else at most."""
        if reply.tokens_in is None or reply.tokens_out is None:
            tokens, cost = call.tokens, call.cost
        else:
            tokens = reply.tokens_in + reply.tokens_out
            cost = self._options.cost(reply.tokens_in, reply.tokens_out)
        self._spending.settle(id, tokens=tokens, cost=cost)
        return Call(issue=call.issue, model=call.model, tokens=tokens, cost=cost, currency=call.currency)

    def _keep(self, task: Task, text: str, reply: Reply, name: str) -> None:
        key = draft_key(task.article, text, self._language, self._options)
        kept = json.dumps({"words": reply.words.decode(), "model": name}).encode()
        self._newsletter.derived.put(KIND, {key: kept})

    def _capped(self, reached: CapReached, call: Call) -> str:
        options, spent = self._options, reached.spent
        if reached.cap == "cap_tokens":
            now = f"{spent.tokens:,} tokens of {options.cap_tokens:,} are used for this issue"
            more = f"{call.tokens:,}"
        else:
            whole, taken = (
                (options.cap_issue, spent.issue) if reached.cap == "cap_issue" else (options.cap_month, spent.month)
            )
            span = "for this issue" if reached.cap == "cap_issue" else "in this month"
            now = f"{money(taken)} of {money(whole or 0.0)} {options.currency} are spent {span}"
            more = f"{money(call.cost)} {options.currency}"
        return f"{now}, and this draft may take {more}; raise {reached.cap} in [draft] of {LOCAL_FILE}, or write it"

    def _judged(self, made: Made, answered: Draft, text: str, truncated: bool) -> Made:
        """Return *made* without what the text does not bear out, or with its marks."""
        known = made.task.article
        own = known.language.partition("-")[0].casefold()
        same = not own or own == self._language.partition("-")[0].casefold()
        head = f"{known.title}\n{known.source}\n{known.author}"
        draft = Ground(text, head, language=self._language, same_language=same).judge(answered)
        faults = [f"{claim.fault}: “{claim.text}”" for claim in draft.claims if claim.fault]
        written = draft if self._wish.keep_unsupported else without_faults(draft)
        if not written.claims:
            return replace(made, draft=None, reason=f"nothing of its draft is in the article: {faults[0]}")
        did = "marked" if self._wish.keep_unsupported else "left out"
        notes = (
            [f"the article speaks to machines: “{found}”"] if (found := words_to_a_machine(f"{head}\n{text}")) else []
        )
        if not draft.confident:
            notes.append("the model says that it is not confident")
        remarks = tuple(f"{did}, {fault}" for fault in faults)
        return replace(made, draft=written, remarks=remarks, notes=tuple(notes), truncated=truncated)


def draft_into(newsletter: Newsletter, path: Path, drafter: Drafter, task: Task) -> Made:
    """Have *drafter* draft *task*, and write it into the issue file *path*; return what became of it.

    What somebody wrote there meanwhile stays, and the draft is kept for the next time.

    :raises SettingsError: nobody can be asked as configured.
    """
    made = drafter.draft(task)
    if made.draft:
        try:
            put(newsletter, path, task, made.draft, made.facts)
        except IssueError as error:
            return replace(made, draft=None, reason=f"{error.what}; {error.todo}")
    return made


def money(amount: float) -> str:
    """Return "0.50" or "0.0012": two digits that say something."""
    return f"{amount:.2f}" if amount >= 0.1 or not amount else f"{amount:.4f}"


def require_options(options: DraftOptions, way: str) -> None:
    """Refuse a *way*, "command" or "model", that newsletter.local.toml does not name."""
    if (way == "command" and options.command) or (way == "model" and options.url):
        return
    other = "model" if options.url else "command" if options.command else ""
    todo = f"it names a {other}: --with {other}" if other else (
        'add [draft] with command = ["…"]' if way == "command" else "add [draft] with url, model and key_env"
    )  # fmt: skip
    raise SettingsError(f"no {way} is named that drafts", todo, where=LOCAL_FILE)
