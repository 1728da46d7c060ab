"""Every record of a dataset has one format."""

from tunespec import expect, pitfall


@pitfall("D002", severity="error")
def test_inconsistent_format(
    records,
    *,
    unreadable: float = 0.0,
    mixed: float = 0.0,
    incomplete: float = 0.0,
    roles: float = 0.0,
    tools: float = 0.0,
):
    """Records of one dataset differ in format, or cannot be read as training examples.

    Problem:
        A model learns the format together with the content: a record of another format teaches it a second format,
        which then surfaces at inference. Trainers make it worse: LlamaFactory drops records with a wrong role order
        without failing, mlx-lm takes the format from the first record alone, Arrow loaders refuse the whole file for
        one bad line, and an empty answer teaches the model to end at once.

    Prevention:
        Convert all sources into one record shape with one program, render every record through one chat template
        before training, and gate dataset changes on this test.

    Fix:
        Mend or remove the named lines. Unreadable: re-export with a JSON writer, never by string concatenation.
        Shape and keys: convert the minority. Roles: system (optional, first), then user and assistant in turn, an
        assistant turn last. Tool calls: arguments as JSON that fits the tool's schema. An intended mixture
        (`think_only_in_some`, `system_only_in_some`) is switched off under `[tool.tunespec.ignore]` with its reason.

    Thresholds:
        unreadable: share of lines that may be unreadable; 0, since a loader fails on the first one
        mixed: share of records that may have another shape, key set or template; 0, since conversion is mechanical
        incomplete: share of records that may have an empty prompt or answer or an unclosed think block; 0
        roles: share of records that may break the role order; 0, since chat templates raise on it
        tools: share of records with a broken tool call; 0, since inference code will parse what the model learnt

    Kinds:
        unreadable: {value} | not JSON, not UTF-8, not an object, a NUL byte, a byte order mark, a ragged CSV row,
            a key or column twice | a loader refuses the whole file for one such line, or drops it without a word
        record_shape: {value} | another record shape than the dataset's, an unknown one, or values of a wrong type |
            the trainer takes the format from the first records and fails on the others, or skips them silently
        empty_prompt: {value} | a user turn without text (or image) | the model learns to answer a question that nobody
            asked
        empty_answer: {value} | an assistant turn without text (or tool call, reasoning, image) | the model learns to
            end at once
        unknown_role: {value} | a role that no trainer knows | the chat template raises on it, or leaves the turn out
        role_order: {value} | user and assistant do not take turns, or the last turn is no answer | chat templates raise
            on it, and LlamaFactory drops the record silently
        tool_call: {value} | a call, or a `<tool_call>` in the answer's text, that is no JSON or breaks the schema, an
            unknown tool, a result without a call | the model learns calls that the program behind it cannot run
        think_block: {value} | `<think>` opened and never closed, or nothing after it | the model learns to think and
            never to answer
        template_header: {value} | a header that at least 80 % of the texts share is missing, doubled or out of order |
            the model learns a second template, or to write the next question itself
        preference: {value} | chosen equals rejected, or they answer different prompts | the pair teaches no preference,
            and its loss is noise
        key_set: {value} | other keys than most records; optional keys of the common trainers do not count | loaders
            that infer one schema fill the gap with null or refuse the file
        think_only_in_some: {value} | some answers begin with a `<think>` block, some do not | whether the model thinks
            first becomes a matter of chance
        system_only_in_some: {value} | some records have a system prompt, some have none | the model behaves in two
            ways, and at inference one of them is not asked for

    Sources:
        LlamaFactory data/README.md and src/llamafactory/data/converter.py (parity rule, dropped records); mlx-lm
        tuner/datasets.py (format from record 0); TRL docs/source/dataset_formats.md; OpenAI cookbook
        Chat_finetuning_data_prep (checks before a fine-tuning job).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="unreadable", mostly=1 - unreadable),
        expect.ExpectColumnValuesToBeNull(column="record_shape", mostly=1 - mixed),
        expect.ExpectColumnValuesToBeNull(column="empty_prompt", mostly=1 - incomplete),
        expect.ExpectColumnValuesToBeNull(column="empty_answer", mostly=1 - incomplete),
        expect.ExpectColumnValuesToBeNull(column="unknown_role", mostly=1 - roles),
        expect.ExpectColumnValuesToBeNull(column="role_order", mostly=1 - roles),
        expect.ExpectColumnValuesToBeNull(column="tool_call", mostly=1 - tools),
        expect.ExpectColumnValuesToBeNull(column="think_block", mostly=1 - incomplete),
        expect.ExpectColumnValuesToBeNull(column="template_header", mostly=1 - mixed),
        expect.ExpectColumnValuesToBeNull(column="preference", mostly=1 - incomplete),
        expect.ExpectColumnValuesToBeNull(column="key_set", mostly=1 - mixed, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="think_only_in_some", mostly=1 - mixed, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="system_only_in_some", mostly=1 - mixed, severity="warning"),
    ]
