"""Words in an article that speak to a machine and not to its readers."""

import re

# Read in pages that were made to steer language models (CISPA's crawl of 2026; OWASP LLM01). Not what decides: no list
# is complete, so the text is fenced, the answer bound by a schema, and a person reads it. It tells that person to look.
_WORDS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|all|your|system)\b[^.\n]{0,20}"
    r"\b(?:instructions?|prompts?|rules|directions?|context)\b"
    r"|\b(?:system|developer) prompt\b"
    r"|\byou are (?:now|no longer) (?:an?|the|in|bound)\b"
    r"|\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b,? (?:you|i)\b"
    r"|\b(?:if|when) you are an? (?:ai|llm|language model|assistant|bot)\b"
    r"|\b(?:new|updated|additional) (?:system )?instructions?\s*:"
    r"|\bdo not (?:tell|inform|mention (?:this|it) to) the (?:user|reader|editor)\b"
    r"|\b(?:instructions? (?:to|for)|note to|attention) (?:all )?(?:ai|llms?|language models?|chatbots?)\b"
    r"|\b(?:jailbreak|prompt injection payload)\b"
    r"|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]"
    r"|\bignorier(?:e|en sie)\b[^.\n]{0,30}\b(?:anweisung|vorherig|bisherig)\w*"
    r"|\bdu bist (?:jetzt|nun|ab sofort) (?:ein|eine|kein)\b",
    re.I,
)


def words_to_a_machine(text: str) -> str:
    """Return the first words in *text* that are meant for a machine, on one line; empty if there are none."""
    found = _WORDS.search(text)
    return " ".join(found[0].split()) if found else ""
