"""How turns are written, by names: in a chat template that a framework names, and as its maker taught a model.

Only names that tell it: a base model knows no turns, a model that somebody tuned further may know others, and `chatml`
or `alpaca` is written for models of all kinds.

Sources: LLaMA-Factory 0.9.5 (``data/template.py``, ``extras/constants.py``: which template belongs to which models; its
README: base models take any), Axolotl 0.19 (``utils/chat_templates/templates/*.jinja``), the makers' model cards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tunespec.templates.recipe import AXOLOTL, LLAMAFACTORY

_CHATML, _LLAMA3, _LLAMA4 = (
    "<|im_start|>...<|im_end|>",
    "<|start_header_id|>...<|eot_id|>",
    "<|header_start|>...<|eot|>",
)
_GEMMA, _GEMMA4, _INST = "<start_of_turn>...<end_of_turn>", "<|turn>...<turn|>", "[INST]...[/INST]"
_DEEPSEEK3, _DEEPSEEK = "<｜User｜>...<｜Assistant｜>", "User:...Assistant:"
_CODER, _PHI, _PHI4 = "### Instruction:...### Response:", "<|user|>...<|end|>", "<|im_start|>...<|im_sep|>...<|im_end|>"
_GLM, _GRANITE = "<|user|>...<|assistant|>", "<|start_of_role|>...<|end_of_text|>"
_COHERE, _HARMONY = "<|START_OF_TURN_TOKEN|>...<|END_OF_TURN_TOKEN|>", "<|start|>...<|end|>"

# What a turn begins and ends with -> the templates that write it, LLaMA-Factory's and Axolotl's.
_TEMPLATES: Mapping[str, str] = {
    _CHATML: "qwen qwen2_vl qwen2_audio qwen2_omni qwen3 qwen3_nothink qwen3_vl qwen3_vl_nothink qwen3_omni "
    "qwen3_omni_nothink qwen3_5 qwen3_5_nothink qwen3_6 qwen_25 yi intern2 intern_vl smollm smollm2 falcon_h1 lfm2 "
    "mimo minicpm_v opencoder",
    _LLAMA3: "llama3 mllama llama3_2_vision llava_next_llama3",
    _LLAMA4: "llama4",
    _GEMMA: "gemma gemma2 gemma3 gemma3n",
    _GEMMA4: "gemma4 gemma4n gemma4_unified",
    _INST: "mistral mistral_small ministral ministral3 pixtral llama2 llama2_zh llava_next_mistral mistral_v1 "
    "mistral_v2v3 mistral_v3_tekken mistral_v7_tekken",
    _DEEPSEEK3: "deepseek3 deepseekr1 deepseek_v3",
    _DEEPSEEK: "deepseek",
    _CODER: "deepseekcoder",
    _PHI: "phi phi_small phi4_mini phi_3 phi_35",
    _PHI4: "phi4 phi_4",
    _GLM: "glm4 glm4_moe glm4v glm4_5v glm4_7 glmz1",
    _GRANITE: "granite3 granite4",
    _COHERE: "cohere aya command_a",
    _HARMONY: "gpt_oss",
}
_TURNS = {name: turns for turns, names in _TEMPLATES.items() for name in names.split()}
# How copies of a model in other numbers are called: `-AWQ`, `-GPTQ-Int4`, `-bnb-4bit`.
_COPY = r"(-(hf|awq|gptq|int\d|\dbits?|bnb|unsloth|fp8|dynamic|bf16|fp16|nvfp4|nf4|aqlm|\dbit-\dx16|mlx|gguf))*"
_MODELSCOPES_DOT = "___"  # in the names of its folders


@dataclass(frozen=True)
class ModelTurns:
    """Models that were taught the same turns.

    Args:
        pattern: what the whole name of such a model matches, without its owner or folder, in lower case.
        turns: what a turn begins and ends with.
        own: framework -> its template for them, where it has one.
    """

    pattern: re.Pattern[str]
    turns: str
    own: Mapping[str, str] = field(default_factory=dict)


def _taught(pattern: str, turns: str, llamafactory: str = "", axolotl: str = "") -> ModelTurns:
    own = {LLAMAFACTORY: llamafactory, AXOLOTL: axolotl}
    return ModelTurns(re.compile(pattern + _COPY), turns, {key: name for key, name in own.items() if name})


_SIZE = r"[\d.]+b(-a[\d.]+b)?"
_MODELS: Sequence[ModelTurns] = (
    _taught(rf"qwen(1\.5|2|2\.5)-{_SIZE}-(chat|instruct(-1m)?)", _CHATML, "qwen", "qwen_25"),
    _taught(rf"qwen2(\.5)?-(math|coder)-{_SIZE}-instruct", _CHATML, "qwen", "qwen_25"),
    _taught(rf"qwen2(\.5)?-vl-{_SIZE}-instruct", _CHATML, "qwen2_vl", "qwen2_vl"),
    _taught(rf"qwen3-((coder|next)-)?{_SIZE}-instruct(-2507)?", _CHATML, "qwen3_nothink", "qwen3"),
    _taught(rf"qwen3-(next-)?{_SIZE}(-thinking(-2507)?)?", _CHATML, "qwen3", "qwen3"),
    _taught(rf"qwen3-vl-{_SIZE}-instruct", _CHATML, "qwen3_vl_nothink"),
    _taught(rf"qwen3-vl-{_SIZE}-thinking", _CHATML, "qwen3_vl"),
    _taught(rf"qwen3\.5-{_SIZE}", _CHATML, "qwen3_5", "qwen3_5"),
    _taught(rf"qwq-{_SIZE}(-preview)?", _CHATML, "qwen"),
    _taught(rf"(meta-)?llama-3(\.[123])?-{_SIZE}-instruct", _LLAMA3, "llama3", "llama3"),
    _taught(rf"llama-3\.2-{_SIZE}-vision-instruct", _LLAMA3, "mllama", "llama3_2_vision"),
    _taught(r"llama-4-\w+-17b-\d+e-instruct", _LLAMA4, "llama4", "llama4"),
    _taught(rf"llama-2-{_SIZE}-chat", _INST, "llama2"),
    _taught(r"(mistral-7b|mixtral-8x\d+b)-instruct-v0\.\d", _INST, "mistral"),
    _taught(r"(ministral-8b-instruct-2410|mistral-nemo-instruct-2407)", _INST, "ministral"),
    _taught(r"(mistral-small-(3\.\d-)?24b-instruct|devstral-small)-\d{4}", _INST, "mistral_small"),
    _taught(r"ministral-3-\d+b-instruct-2512", _INST, "ministral3"),
    _taught(rf"(code)?gemma-(1\.1-)?{_SIZE}-it", _GEMMA, "gemma", "gemma"),
    _taught(rf"gemma-2-{_SIZE}-it", _GEMMA, "gemma2", "gemma"),
    _taught(r"gemma-3-(270m|1b)-it", _GEMMA, "gemma2", "gemma3"),
    _taught(rf"gemma-3-{_SIZE}-it", _GEMMA, "gemma3", "gemma3"),
    _taught(rf"gemma-3n-e{_SIZE}-it", _GEMMA, "gemma3n", "gemma3n"),
    _taught(r"gemma-4-(e\d+b|12b)-it", _GEMMA4, "gemma4n", "gemma4"),
    _taught(rf"gemma-4-{_SIZE}-it", _GEMMA4, "gemma4", "gemma4"),
    _taught(r"deepseek-v3(-0324|\.1|\.2)?", _DEEPSEEK3, "deepseek3", "deepseek_v3"),
    _taught(r"deepseek-r1(-zero|-0528)?", _DEEPSEEK3, "deepseekr1", "deepseek_v3"),
    _taught(r"deepseek-v2(\.5(-1210)?|-chat-0628)", _DEEPSEEK3, "deepseek3"),
    _taught(rf"deepseek-(v2-(lite-)?chat|coder-v2-(lite-)?instruct|llm-{_SIZE}-chat)", _DEEPSEEK, "deepseek"),
    _taught(rf"deepseek-coder-{_SIZE}-instruct(-v1\.5)?", _CODER, "deepseekcoder"),
    _taught(r"phi-3(\.5)?-(mini|medium|moe)(-\d+k)?-instruct", _PHI, "phi", "phi_3"),
    _taught(r"phi-3-small-\d+k-instruct", _PHI, "phi_small", "phi_3"),
    _taught(r"phi-4-mini-instruct", _PHI, "phi4_mini"),
    _taught(r"phi-4", _PHI4, "phi4", "phi_4"),
    _taught(rf"glm-4-{_SIZE}-(chat(-1m)?|0414)", _GLM, "glm4"),
    _taught(rf"granite-3\.\d-{_SIZE}(-a\d+m)?-instruct", _GRANITE, "granite3"),
    _taught(r"(c4ai-command-r(-v01|-plus)?|aya-23-\d+b)", _COHERE, "cohere", "cohere"),
    _taught(r"gpt-oss-\d+b", _HARMONY, "gpt_oss"),
    _taught(rf"yi-(1\.5-|coder-)?{_SIZE}-chat", _CHATML, "yi"),
    _taught(r"internlm2(_5)?-chat-\w+|internlm2_5-\w+-chat(-1m)?|internlm3-\w+-instruct", _CHATML, "intern2"),
    _taught(r"smollm2-[\d.]+[mb]-instruct", _CHATML, "smollm2"),
    _taught(rf"falcon-h1-{_SIZE}(-deep)?-instruct", _CHATML, "falcon_h1", "falcon_h1"),
)


def template_turns(name: str) -> str:
    """What the turns begin and end with in a template that LLaMA-Factory or Axolotl names; empty if not known."""
    return _TURNS.get(name, "")


def model_turns(model: str) -> ModelTurns | None:
    """What a model was taught, by its name on the hub or its folder's; None if the name does not tell."""
    name = re.split(r"[/\\]", model.strip().rstrip("/\\").lower())[-1].replace(_MODELSCOPES_DOT, ".")
    return next((one for one in _MODELS if one.pattern.fullmatch(name)), None)
