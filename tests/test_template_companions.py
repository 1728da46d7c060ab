"""Files that are read with a training template without being named: edited, they ask for a new verdict."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError

JINJA = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
JINJA += "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
MODELFILE = '''FROM ./tuned.gguf
TEMPLATE """{{ range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
'''


def test_what_is_read_beside_a_training_template_counts(tmp_path):
    """An edit of one of these files must not find an old verdict, and a report must not overwrite them."""
    config = {"tokenizer_class": "X", "model_max_length": 9, "chat_template": JINJA, "eos_token": "<|im_end|>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    names = ["chat_template.jinja", "special_tokens_map.json", "additional_chat_templates/tool_use.jinja"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}" if name.endswith("json") else JINJA)
    found = discover(find(tmp_path), [str(tmp_path)])
    (pair,) = found.templates
    assert {file.path.relative_to(tmp_path).as_posix() for file in pair.beside} == set(names)
    for name in names:
        with pytest.raises(CannotJudgeError, match="would overwrite"):
            found.refuse_overwriting(tmp_path / name)


def test_an_edit_beside_the_tokenizer_is_judged_anew(tmp_path):
    config = {"tokenizer_class": "X", "model_max_length": 9, "eos_token": "<|im_end|>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "chat_template.jinja").write_text(JINJA)
    (tmp_path / "Modelfile").write_text(MODELFILE)
    command = [sys.executable, "-m", "tunespec", "check", ".", "--select", "T003"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120).returncode == 0
    (tmp_path / "chat_template.jinja").write_text(JINJA.replace("<|im_start|>", "###"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120).returncode == 1
