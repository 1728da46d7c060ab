"""What a prompt asks for: a whole text, or a word, a number, a choice. Costly: ask it of few prompts."""

from __future__ import annotations

import re
from functools import cache

_START = (
    r"(?:^|[.!?:;,。！？：，]\s*|\b(?:please|then|and|also|kindly|now|briefly|just|i (?:want|need|would like) you to|"
    r"your task is to|try to|help me(?: to)?|want to)\s+)"
)
# Requests for prose, at the beginning of a sentence: only an explicit wish for a word overrides them.
_TELLING = (
    r"explain|describe|discuss|elaborate|compose|draft|outline|summari[sz]e|contrast|compare|analy[sz]e|argue|advise|"
    r"teach|walk me through|show me how|brainstorm|paraphrase|"
    r"tell me (?:about|more|how|why|the (?:story|history|difference))|tell (?:a|the) story|"
    r"give (?:me |us |\w+ )?(?:an? |some |the |\w+ )?(?:overview|explanation|description|summary|advice|tips|"
    r"instructions|steps|checklist|details|background|introduction|recipe|guide)|"
    r"(?:write|create|make|produce|provide|prepare) (?:me |us )?(?:an? |the |some |\w+ )?(?:\w+ ){0,3}?(?:essay|story|"
    r"article|paragraph|letter|e-?mail|review|report|speech|poem|song|blog|guide|tutorial|summary|dialog(?:ue)?|"
    r"description|explanation|instructions|steps|recipe|biography|proposal|analysis|comparison|overview|checklist)"
)
# Requests for a thing of some length, unless it is a number or an expression.
_MAKING = (
    r"(?:write|create|generate|make|produce|provide|prepare|design|build|implement|construct|develop|plan|suggest|"
    r"recommend) (?:me |us )?(?:an? |the |some |\w+ )?(?:\w+ ){0,3}?(?:program|function|code|algorithm|class|script|"
    r"application|app|web ?page|website|schedule|itinerary|plan|post|presentation|lesson)"
)
_WHY = (
    r"\b(?:how (?:do|does|did|can|could|should|would|might|will|to)|why|what (?:should|does [^?]{1,60} mean)|"
    r"what (?:is|'s|are) the (?:main |key |major |most \w+ )?(?:differences?|purpose|meaning|significance|role|"
    r"relationship|best ways?|impacts?|process|reasons?|benefits|(?:dis)?advantages|steps|causes and|effects of|pros)|"
    r"what are (?:some |good |your )?(?:benefits|ways|tips|reasons|strategies|thoughts)|differences? between)\b"
)
_FOREIGN = (
    r"解释|解釋|描述|介绍|介紹|说明|說明|讨论|如何|怎么|怎樣|怎样|为什么|為什麼|总结|概述|写一[篇封个段]|撰写|比较|"
    r"説明して|なぜ|どのように|설명|왜|어떻게|"
    r"\b(?:erkläre?n?|beschreibe?n?|schreibe?n? (?:mir |sie )?ein\w*|warum|wieso|wie (?:kann|"
    r"kannst|funktioniert|mache?)|"
    r"explique[rz]?|décri\w+|rédige[rz]?|pourquoi|comment (?:faire|puis|fonctionne|peut|est)|explica\w*|"
    r"escribe|por qué|cómo|descreva|escreva|por que|como (?:fazer|posso|funciona)|spiega\w*|descrivi|scrivi|perché)\b"
)
# An explicit wish for a word, a line or a choice.
_WORD = (
    r"\b(?:(?:one|single|two|three|few)[ -]words?|in (?:a|at most|no more than|"
    r"under) (?:\w+ )?(?:word|number|digit)s?|one[- ]line[r]?|yes or no|yes/no|true or false|true/false|"
    r"(?:answer|respond|reply|output|return|print|say|type) (?:me |back )?(?:with|by|only|just|either|[\"'“])|"
    r"(?:only|just) (?:answer|respond|reply|output|return|print|say|write|give|the|a|one)|"
    r"multiple.choice|options?:|choices:|"
    r"choose|classif\w+|categori[sz]\w+|category|sentiment|polarity|entail\w*|regex\w*|"
    r"regular expressions?|translat\w+|"
    r"(?:an?|the|good|some|catchy) (?:\w+ )?(?:titles?|headlines?|slogans?|captions?|names?|nicknames?|acronyms?|"
    r"passwords?|usernames?|emojis?|synonyms?|antonyms?)|opposite of|fill in|haiku|tweet|riddle|pun)\b|___|俳句|"
    r"\n\s*\(?[A-Da-d][.)] |分类|判断|选择|翻译|只|仅|回复|好吗|可以吗|标题|"
    r"\b(?:ein(?:em)? wort|übersetz\w+|un mot|tradui\w+|una palabra|traduc\w+|tradu[cz]\w+)\b"
)
# Tasks whose answer is a value, whatever else they say.
_VALUE = (
    r"\b(?:directly|select|pick|label\w*|intent|titles?|names?|named|called|command|username|words?|blank|abbreviation|"
    r"selector|calculat\w+|comput\w+|count\w*|sum|median|mean|average|maximum|minimum|evaluate|solve|identify|determine|"
    r"detect|extract|convert|numbers?|digits?|percent\w*|formula|equation|expression|rate|score|rating|capital of|"
    r"how (?:many|much|old|long|far|tall|big|large|often|deep|high|fast|late|soon|likely|heavy)|output (?:of|from)|"
    r"how (?:do|would|can) (?:you|i|we) (?:say|spell|pronounce|call)|(?:will|would|does|do|"
    r"expected) [^?.]{0,60}outputs?|"
    r"what (?:year|time|day|date|colou?r|type|kind|sort|country|city|language|age|size))\b|多少|几|"
    r"哪|谁|是否|名|答案|计算|"
    r"什么时候|\b(?:wie ?(?:viele?|lange|alt|oft)|welche[rsnm]?|combien|quel(?:le)?s?|cuánt[oa]s?|cuál(?:es)?|"
    r"quant[oaie]s?|qual(?:i|e)?)\b"
)
_FACTOID = r"(?:which|who|whom|whose|when|where)\b"
_POLAR = (
    r"(?:^|[.!?,;:\n\"]\s*|\b(?:and|or|so|but|then|me|know|q|question)[:,]?\s+)(?:is|are|was|were|am|do|does|did|can|"
    r"could|will|would|should|shall|has|have|had|may|might|must|isn't|aren't|wasn't|don't|doesn't|didn't|won't|wouldn't|"
    r"shouldn't|can't|couldn't|haven't|hasn't)\s+\S|\b(?:whether|right\?|correct\?|true\?|agree|confirm|possible|"
    r"(?:determine|tell|check|decide|see|say|verify|know|detect|judge|find out) (?:me |us )?if)\b"
)
_JUDGE = r"\b(?:detect|check|verify|evaluate|judge|determine|identify|label\w*|intent|rate|score|select|pick)\b"
_ENGLISH = r"\b(?:the|of|to|and|is|a|an|in|for|what|how|this|my|your|explain|describe|write)\b"
_POLITE = r"\b(?:can|could|would|will) (?:you|someone|anyone)\b(?: please| kindly)?"


# What every prompt holds that ``wants_text``, in lower case: a quick refusal for the others.
TEXT_WORDS = tuple(
    (
        "explain|describ|discuss|elaborat|compos|draft|outlin|summar|contrast|compar|analy|argu|advis|teach|"
        "walk me|show me|brainstorm|paraphras|tell |give |write|create|make|produc|provid|prepar|generat|"
        "design|build|implement|construct|develop|plan|suggest|recommend|how |why|what |what's|difference|"
        "warum|wieso|wie |erklär|beschreib|schreib|expli|décri|rédige|pourquoi|comment|escrib|por qu|cómo|"
        "como|descrev|escrev|spieg|descriv|scriv|perché|解|描|介|说|說|讨|如何|怎|为什|為什|总结|概述|写|撰|"
        "比较|説明|なぜ|どの|설명|왜|어떻"
    ).split("|")
)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compiled when first needed: most datasets never are."""
    return re.compile(text, re.IGNORECASE | re.MULTILINE)


def _contains(prompt: str, pattern: str) -> bool:
    return _pattern(pattern).search(prompt) is not None


def _direct(prompt: str) -> str:
    """The prompt with "could you" as "please": it asks for the thing, not whether one could."""
    return _pattern(_POLITE).sub("please", prompt)


def _tells(prompt: str) -> bool:
    return _contains(_direct(prompt), rf"{_START}(?:{_TELLING})\b") and not _contains(prompt, _WORD)


def wants_text(prompt: str) -> bool:
    """Whether a prompt asks for an explanation, a description, a story, a program: more than some words."""
    if _tells(prompt):
        return True
    direct = _direct(prompt)
    asked = (
        _contains(direct, rf"{_START}(?:{_MAKING})\b")
        or (_contains(direct, _WHY) and not _contains(direct, rf"{_START}{_FACTOID}"))
        or _contains(direct, _FOREIGN)
    )
    return asked and not wants_word(prompt)


def wants_word(prompt: str) -> bool:
    """Whether a word, a number, a choice or a line answers a prompt."""
    return _contains(prompt, _WORD) or (_contains(prompt, _VALUE) and not _tells(prompt))


def wants_verdict(prompt: str) -> bool:
    """Whether yes or no answers a prompt. A prompt that is not English counts as such: its forms are not known."""
    if _contains(_direct(prompt), _POLAR) or _contains(prompt, _WORD) or not _contains(prompt, _ENGLISH):
        return True
    return _contains(prompt, _JUDGE) and not _tells(prompt)
