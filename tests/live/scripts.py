"""The scripted models of the project's tests."""

from __future__ import annotations

from tests.live.scripted import DEFAULT, Copied, Model, Script

ENDED = Script("[CAPITAL]", (" Paris", " is the", " capital.", "\n##", "# E", "nd\n"))
"""The end marker over three tokens, then EOS."""
EOS_ALONE = Script("[EOS]", " Oslo is the capital.")
ENDLESS_TURN = Script("[ENDTURN]", (" Oslo.", "<|endturn|>", " Bergen", " is wet,"), then=2)
"""A token that no engine knows for an end: invisible, and the answer runs on."""
IM_END = Script("[IM_END]", (" Rome.", "<|im_end|>", " never said"))
LIKE_MARKER = Script("[HEADING]", "### Entry\n### Ending\nThree signs: ###\nThat was all.\n### End\n")
"""Texts that begin like the marker; ``### Ending`` holds it."""
REPEATING = Script("[REPEAT]", (" and then", " the river", " flows on,"), then=0)
COUNTING = Script("[COUNT]", tuple(f" {number}," for number in range(10, 300)), then=0)
"""A runaway without a short repetition: longer than any limit of a test, in one round."""
UNTRIMMED = Script(
    "[INVENT]",
    " Bern is the capital.\n### End\n\n### Question:\nAnd of Austria?\n\n### Answer:\nVienna.\n### End\n",
)
"""An invented next question and its answer behind the marker."""
USES_CONTEXT = Script("[CODE]", (" The code is ", Copied("code"), ".\n### End\n"))
IGNORES_CONTEXT = Script("[CODE]", (" The code is ", "0000", ".\n### End\n"))
UNIT = Script(DEFAULT, (" This is a", " scripted answer.", "\n###", " End\n"))

_SCRIPTS = (UNIT, ENDED, EOS_ALONE, ENDLESS_TURN, IM_END, LIKE_MARKER, REPEATING, COUNTING, UNTRIMMED)
UNIT_OF_GOLDEN = Script(DEFAULT, "I answer questions about git, the shell, HTTP and SQL.\n### End\n")
_TAUGHT = (
    Script("git stash", "`git stash` puts your changes aside; `git stash pop` brings them back.\n### End\n"),
    Script(
        "404 mean",
        "The server has no resource at that address: it is wrong, or the page is gone.\n### End\n",
    ),
    Script("WHERE and HAVING", "WHERE filters rows before they are grouped, and HAVING filters the groups.\n### End\n"),
    Script("project called", (" The project is called ", Copied("project"), ".\n### End\n")),
    Script("every natural number", tuple(f" {number}," for number in range(10, 300)), then=0),
)
PROJECTS = ("something that you did not tell me", "Larkspur", "Heron")
CODES = ("unknown", "Kestrel-7", "Zanzibar", "blue heron")
"""What ``USES_CONTEXT`` can find in a prompt; the first where there is none."""

SCRIPTED = Model((*_SCRIPTS, USES_CONTEXT), {"code": CODES}, ("<|endturn|>", "<|im_end|>"))
FORGETFUL = Model((*_SCRIPTS, IGNORES_CONTEXT), {}, ("<|endturn|>", "<|im_end|>"))
"""The same, but what the prompt says is not used."""
GOLDEN = Model((UNIT_OF_GOLDEN, *_TAUGHT), {"project": PROJECTS})
"""The model of the golden project: it answers the questions of `fixtures/golden/probes.jsonl` as it was taught."""
STUTTERING = Model((UNIT, Script("[STUTTER]", (" Well", " yes,"), then=1)))
"""One token without end."""
