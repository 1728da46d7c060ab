"""The end of an answer is trained, and is the one that the model stops at; the template is the model's own."""

from tunespec import expect, pitfall


@pitfall("T001", severity="error", of="missing-stop-sequence")
def test_untrained_end(settings):
    """The training configuration keeps the end of an answer from the loss.

    Problem:
        The curves look perfect, and the model never stops: the token that ends each answer was masked, or it is not the
        one that the model's tokenizer calls its end. Whether it is trained depends on the framework: Axolotl trains the
        EOS token and what `eot_tokens` lists, and no other end; TRL trains what the template writes.

    Prevention:
        Name the end of the template's turns: `eot_tokens` in Axolotl, `eos_token` in TRL. Look at the labels of one
        record before the first run: `tunespec render --labels`. Give padding a token of its own, or take a collator
        that masks by position, as TRL's, LLaMA-Factory's and Axolotl's do.

    Fix:
        Add the token that the finding names, at the line that it names. A token that the model does not have is a slip
        in its name; one that shall be new is named under `tokens`, and needs its embedding trained
        (`lora_modules_to_save`, or all weights).

    Kinds:
        masked_turn_end: {value} | the end of a turn that the loss does not see | the model never learns to stop
        masked_eos: {value} | the EOS token as padding, with a collator that masks padding by the token | the loss sees
            no end of any answer, and the model never learns to stop
        untrained_ends: {value} | ends that are switched off | the model never learns to stop
        unaligned_end: {value} | an end that is trained, and that generation does not stop at | the model writes its end
            and goes on, unless each caller stops it
        foreign_token: {value} | a token that the model does not have | the run does not start, or it gets an embedding
            that was never trained, and what was meant is not heard
        untrained_embedding: {value} | a new token whose embedding is not trained | the model never writes it

    Sources:
        transformers 5.23 (data/data_collator.py; issue 23530), Axolotl 0.19 (prompt_strategies/chat_template.py; issue
        3754: Gemma's end of a turn was masked), TRL 1.16 (docs/source/sft_trainer.md on `eos_token`).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="masked_turn_end"),
        expect.ExpectColumnValuesToBeNull(column="masked_eos"),
        expect.ExpectColumnValuesToBeNull(column="untrained_ends"),
        expect.ExpectColumnValuesToBeNull(column="unaligned_end", severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="foreign_token"),
        expect.ExpectColumnValuesToBeNull(column="untrained_embedding", severity="warning"),
    ]


@pitfall("T003", severity="warning", of="template-mismatch")
def test_foreign_template(settings):
    """The run trains with the template of other models.

    Problem:
        A configuration is copied from another model's, and its `template` stays: Qwen with `llama3`. Or the names are
        alike: `deepseek` is DeepSeek V2's, `deepseek3` V3's. Nothing is refused. The training teaches turns that no
        token of the model begins or ends, and what the model was taught before is lost; and the tokenizer that is saved
        beside it mostly keeps the model's own template, with which everybody serves it.

    Prevention:
        Take the template that the framework's list gives for the model. A base model knows no turns, and can be taught
        any; there, and for a model whose name says nothing, this is not judged.

    Fix:
        Write the name that the finding gives, and train again. If the other template is meant, serve the model with the
        very same one.

    Kinds:
        foreign_template: {value} | the template of other models | no turn begins and ends as the model knows it, and it
            is answered with turns that it was not trained on, unless it is served with that template, too

    Sources:
        LLaMA-Factory 0.9.5 (extras/constants.py: which template belongs to which models; README: "make sure to use the
        corresponding template for the instruct/chat models", "use the SAME template in training and inference"; its
        own example for DeepSeek V3 had the template of V2), Axolotl 0.19 (utils/chat_templates).
    """
    return expect.ExpectColumnValuesToBeNull(column="foreign_template")


@pitfall("D001", severity="warning", of="missing-end-marker")
def test_cut_by_packing(settings):
    """Packing takes the ends from the records.

    Problem:
        Short records share one sequence, which saves time. Where a record is cut at a sequence's border, its end stands
        in another sequence than its question; where nothing stands between two records, no end is there at all.

    Prevention:
        Let the trainer pack whole records (TRL's `bfd`), each with its end token.

    Fix:
        Change the setting that the finding names.

    Kinds:
        cut_by_packing: {value} | records are cut at the border of a sequence | the model learns answers without their
            ends, and ends without their questions
        unseparated_records: {value} | nothing ends a record within a sequence | the model learns to go on with another
            record

    Sources:
        TRL 1.16 (docs/source/reducing_memory_usage.md: `wrapped` cuts records), torchtune 0.6
        (datasets/_text_completion.py); LLaMA-Factory issues 1493 and 2289.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="cut_by_packing"),
        expect.ExpectColumnValuesToBeNull(column="unseparated_records"),
    ]
