"""``python -m benchmarks.speed.renders FOLDER``: renders a dataset's conversations on both sides, and compares them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tunespec.config import Config
from tunespec.discover import discover
from tunespec.reading import read
from tunespec.shapes import Shapes
from tunespec.templates.case import Case
from tunespec.templates.difference import difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.probes import conversation_of
from tunespec.templates.source import TemplateSource

_TRAINING = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_SERVING = '''FROM ./model.gguf
TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
'''


def write_sides(folder: Path) -> None:
    """Write a training template and the Modelfile that serves it, whose texts are equal."""
    (folder / "chat_template.jinja").write_text(_TRAINING, encoding="utf-8", newline="\n")
    (folder / "Modelfile").write_text(_SERVING, encoding="utf-8", newline="\n")


def main(folder: Path) -> None:
    """Render through the product's own functions; exits with an error if a conversation is not equal on both sides."""
    config = Config(root=folder)
    (pair,) = discover(config, [str(folder)]).templates
    source = TemplateSource(pair, config)
    cases = list(_cases(source))
    assert source.training is not None
    assert source.serving is not None
    assert isinstance(source.training.template, ChatTemplate)
    trained = source.training.template.render_all([case.messages for case in cases], add_generation_prompt=True)
    for case, rendered in zip(cases, trained, strict=True):
        assert not isinstance(rendered, TemplateError)
        found = difference(rendered.text, source.serving.render(case.messages), case)
        assert found is None, found
    print(f"{len(cases)} conversations")


def _cases(source: TemplateSource) -> Iterator[Case]:
    shapes = Shapes()
    assert source.pair.dataset is not None
    for file in source.pair.dataset.files:
        for row in read(file.path, file.format):
            conversation = shapes.convert(row.data or {})
            assert conversation is not None
            yield Case(*conversation_of(conversation))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
