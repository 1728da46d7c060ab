"""Pairs of renderings that differ in one way, most of them as the pairs of a popular exporter do."""

from __future__ import annotations

from dataclasses import replace

from tests.template_families import CHATML, LLAMA2, LLAMA3, PHI4, QA, VICUNA, ZEPHYR
from tunespec.templates.probes import probes, variants

PROBES = {case.name: case for case in probes(tools=True)}
USER, SYSTEM = PROBES["user"], PROBES["system-user"]
HISTORY, FULL = PROBES["user-assistant-user"], PROBES["system-user-assistant-user"]
TOOLS, CALL = PROBES["tools"], PROBES["tool-call"]
ESCAPED, SPACED = variants(FULL)


def chatml(case, **changes):
    return replace(CHATML, **changes).render(case.messages)


def headers(family=CHATML, **changed):
    return {**family.headers, **changed}


def folded(case, family=CHATML):
    """The system message as the beginning of the first question."""
    system, user, *rest = case.messages
    return family.render([{**user, "content": f"{system['content']}\n\n{user['content']}"}, *rest])


PREAMBLE = "Below is an instruction that describes a task.\n\n"
QWEN = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
DATED = "<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: {}\n\n"
LLAMA31 = replace(LLAMA3, headers=headers(LLAMA3, system=DATED.format("26 Jul 2024")))
TOOL_JSON = (
    '# Tools\n{"type": "function", "function": {"name": "forecast_of", "parameters": {"place": {}, "days": {}}}}\n'
)
GO_JSON = '# Tools\n{"type":"function","function":{"name":"forecast_of","keys":{"days":{},"place":{}}}}\n'
CALLED = '<|im_start|>assistant\n<tool_call>{"name": "forecast_of"}</tool_call><|im_end|>\n<|im_start|>tool\n'


def with_tools(tools):
    return f"<|im_start|>system\n{tools}<|im_end|>\n" + chatml(TOOLS)


def with_call(returned):
    return f"{chatml(TOOLS, generation='')}{CALLED}{returned}<|im_end|>\n<|im_start|>assistant\n"


THINKING = "Rivers of France come to mind."
THOUGHT = replace(
    HISTORY, messages=(HISTORY.messages[0], {**HISTORY.messages[1], "thinking": THINKING}, HISTORY.messages[2])
)
SAID, RETURNED = SYSTEM.messages[0]["content"], CALL.messages[2]["content"]
QA_USER = QA.render(USER.messages)
VICUNA_USER = VICUNA.render(USER.messages)
LLAMA2_USER = LLAMA2.render(USER.messages)
LLAMA2_HISTORY = LLAMA2.render(HISTORY.messages)
LLAMA3_USER = LLAMA3.render(USER.messages)
LLAMA3_SYSTEM = LLAMA3.render(SYSTEM.messages)
LLAMA31_SYSTEM = LLAMA31.render(SYSTEM.messages)
PHI4_FULL = PHI4.render(FULL.messages)

# name -> kind, case, trained, asked. Most are pairs that a popular exporter ships.
PAIRS = {
    "vicuna: a trailing space": ("whitespace_differs", USER, VICUNA_USER, VICUNA_USER + " "),
    "gemma-4: a newline after the triple quote": ("whitespace_differs", FULL, chatml(FULL), "\n" + chatml(FULL)),
    "qwen3-instruct: another newline": ("whitespace_differs", USER, chatml(USER), chatml(USER) + "\n"),
    "a newline is missing between turns": (
        "whitespace_differs",
        HISTORY,
        chatml(HISTORY),
        chatml(HISTORY).replace("France.<|im_end|>\n", "France.<|im_end|> ", 1),
    ),
    "CRLF": ("whitespace_differs", USER, QA_USER, QA_USER.replace("\n", "\r\n")),
    "a tab": ("whitespace_differs", USER, VICUNA_USER, VICUNA_USER.replace("USER: ", "USER:\t")),
    "one side trims": ("whitespace_differs", SPACED, chatml(SPACED), chatml(FULL)),
    "BOS on both sides": ("bos_doubled", replace(USER, bos="<s>"), "<s>" + LLAMA2_USER, "<s>" + LLAMA2_USER),
    "BOS on the server's side": (
        "bos_doubled",
        replace(SYSTEM, bos="<|begin_of_text|>"),
        LLAMA3_SYSTEM,
        "<|begin_of_text|>" + LLAMA3_SYSTEM,
    ),
    "gemma-3: the system message is lost": ("system_lost", SYSTEM, chatml(SYSTEM), chatml(USER)),
    "the training side never had it": ("system_lost", FULL, chatml(HISTORY), chatml(FULL)),
    "moved to the last question": (
        "system_moved",
        FULL,
        folded(FULL),
        chatml(HISTORY).replace("Which sea", f"{SAID}\n\nWhich sea"),
    ),
    "in a turn of its own": ("system_moved", SYSTEM, folded(SYSTEM), chatml(SYSTEM)),
    "written twice": ("system_moved", SYSTEM, chatml(SYSTEM), chatml(SYSTEM, start=f"{SAID}\n")),
    "llama: an empty system block": (
        "system_injected",
        USER,
        LLAMA2_USER,
        LLAMA2_USER.replace("[INST] ", "[INST] <<SYS>>\n\n<</SYS>>\n\n"),
    ),
    "qwen: a default system text": ("system_injected", USER, chatml(USER), chatml(USER, default_system=QWEN)),
    "a preamble of training only": ("system_injected", USER, PREAMBLE + QA_USER, QA_USER),
    "mistral: no end after an earlier answer": (
        "history_differs",
        HISTORY,
        LLAMA2_HISTORY,
        LLAMA2_HISTORY.replace(" </s>", ""),
    ),
    "earlier turns are lost": ("history_differs", HISTORY, chatml(HISTORY), CHATML.render(HISTORY.messages[-1:])),
    "an empty think block in history": (
        "history_differs",
        HISTORY,
        chatml(HISTORY).replace("assistant\nThe", "assistant\n<think>\n\n</think>\n\nThe"),
        chatml(HISTORY),
    ),
    "earlier thinking is stripped": (
        "history_differs",
        THOUGHT,
        chatml(HISTORY).replace("The Loire", f"<think>{THINKING}</think>The Loire"),
        chatml(HISTORY),
    ),
    "qwen3-thinking: no think prefill": ("generation_prompt_differs", USER, chatml(USER) + "<think>\n", chatml(USER)),
    "no generation prompt": ("generation_prompt_differs", HISTORY, chatml(HISTORY), chatml(HISTORY, generation="")),
    "another generation prompt": (
        "generation_prompt_differs",
        HISTORY,
        chatml(HISTORY),
        chatml(HISTORY, generation="<|im_start|>model\n"),
    ),
    "tools as Go's JSON": ("tools_differ", TOOLS, with_tools(TOOL_JSON), with_tools(GO_JSON)),
    "no tools": ("tools_differ", TOOLS, with_tools(TOOL_JSON), chatml(TOOLS)),
    "tools elsewhere": (
        "tools_differ",
        TOOLS,
        with_tools(TOOL_JSON),
        chatml(TOOLS, generation=f"{TOOL_JSON}<|im_start|>assistant\n"),
    ),
    "the tool's result is lost": ("tools_differ", CALL, with_call(RETURNED), with_call("")),
    "the tool's result in other tags": (
        "tools_differ",
        CALL,
        with_call(RETURNED),
        with_call(RETURNED).replace("<|im_start|>tool", "<|im_start|>ipython"),
    ),
    "no value": ("no_value", SYSTEM, chatml(SYSTEM), chatml(USER, default_system="<no value>")),
    "llama-3.1: a system text with a date": (
        "system_injected",
        USER,
        replace(LLAMA3, default_system="Cutting Knowledge Date: December 2023").render(USER.messages),
        LLAMA3_USER,
    ),
    "llama-3.1: a date in training only": ("date_differs", SYSTEM, LLAMA31_SYSTEM, LLAMA3_SYSTEM),
    "two dates": ("date_differs", SYSTEM, LLAMA31_SYSTEM, LLAMA31_SYSTEM.replace("26 Jul", "27 Jul")),
    "phi-4: another spelling of roles": (
        "turn_header_differs",
        FULL,
        PHI4_FULL,
        PHI4_FULL.replace("<|im_start|>", "<|im_start|><|").replace("<|im_sep|>", "|><|im_sep|>"),
    ),
    "another word for the header": (
        "turn_header_differs",
        USER,
        QA_USER,
        QA_USER.replace("Question", "Instruction").replace("Answer", "Response"),
    ),
    "another family": ("turn_header_differs", FULL, chatml(FULL), ZEPHYR.render(FULL.messages)),
    "an answer's header": (
        "turn_header_differs",
        HISTORY,
        chatml(HISTORY),
        chatml(HISTORY).replace("assistant", "model"),
    ),
    "a system message without its header": (
        "turn_header_differs",
        SYSTEM,
        chatml(SYSTEM, headers=headers(system="")),
        chatml(SYSTEM),
    ),
    "llama-3.1: a stray end token": ("turn_header_differs", USER, LLAMA3_USER, "<|eot_id|>" + LLAMA3_USER),
    "an escaped question": ("content_differs", USER, chatml(USER), chatml(USER).replace("river in", "river &amp; in")),
    "no question": ("content_differs", USER, chatml(USER), chatml(USER).replace(USER.messages[0]["content"], "")),
}
