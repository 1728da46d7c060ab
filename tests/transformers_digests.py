"""What transformers makes of the real chat templates, written to ``transformers_digests.json``.

Run it where transformers is installed, and nothing else is needed: ``python -m tests.transformers_digests``.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chat_templates import NOW, TOKENS, cases, digest, real_templates

DIGESTS = Path(__file__).with_suffix(".json")


class Then(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> Then:  # noqa: ARG003
        return cls(*NOW.timetuple()[:6])


def main() -> None:
    """Render everything and write the digests, with the version."""
    import transformers
    from transformers.utils import chat_template_utils as utils

    utils.datetime = Then
    found = {
        name: digest([_rendered(utils, source, *case) for case in cases()]) for name, source in real_templates().items()
    }
    written = {"transformers": transformers.__version__, "digests": found}
    DIGESTS.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _rendered(utils: Any, source: str, messages: Any, asked: bool, tools: Any) -> Any:
    try:
        texts, spans = utils.render_jinja_template(
            [utils._normalize_chat_messages(messages)],
            tools=tools,
            chat_template=source,
            return_assistant_tokens_mask=True,
            add_generation_prompt=asked,
            **TOKENS,
        )
    except Exception:  # noqa: BLE001  whatever it raises, it has no text
        return None
    return [texts[0], spans[0]]


if __name__ == "__main__":
    main()
