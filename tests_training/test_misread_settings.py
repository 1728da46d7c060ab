"""The configuration says what its user means, to the program that reads it."""

from tunespec import expect, pitfall

_WARNINGS = (
    "text_as_true number_as_text removed_key unknown_key foreign_key misplaced_key repeated_key foreign_output "
    "shared_output fraction_without_effect"
)
_ERRORS = "word_as_false refused_key unknown_value removed_value repeated_key_refused undefined_dataset"


@pitfall("H005", severity="warning")
def test_misread_setting(settings):
    """A setting is written in a way that its framework reads otherwise, or not at all: the run is not the one meant.

    Problem:
        A training configuration fails without a word. YAML of 2005 reads `2e-4` as a text and `no` as false; a key that
        was renamed two versions ago is refused at best, and at worst passed over: the run takes hours with a default
        that nobody chose.

    Prevention:
        Write numbers with a dot and a signed exponent (`2.0e-4`), put words that mean yes or no in quotes, and copy
        keys from the documentation of the version that is installed.

    Fix:
        Write the key or value as the message does. After an update of the framework, look at the keys first.

    Kinds:
        word_as_false: {value} | a word that the reader takes for true or false, where the framework wants the word |
            the run ends before it began
        text_as_true: {value} | a switch that is set to a text, as in `fp16: "false"` | each text is true: what was to
            be off is on
        number_as_text: {value} | a number that arrives as a text | the optimizer cannot count with it: the run ends at
            its first step, or compares texts with numbers
        removed_key: {value} | a key that the framework has no more, or under another name | the framework refuses the
            file, or goes on with its default
        refused_key: {value} | a misspelt key that the framework refuses, or that leaves out one which it needs | the
            run ends before it began
        unknown_key: {value} | a misspelt key that the framework passes over | it goes on with its default, and says
            nothing
        unknown_value: {value} | a misspelt word where the framework has a list of words | the run ends before it began
        foreign_key: {value} | a key of another framework | what was meant stays at its default
        misplaced_key: {value} | a key outside of the part that it belongs into | what was meant stays at its default
        removed_value: {value} | a value that the framework has no more | the run ends before it began
        repeated_key: {value} | a key that stands in the file twice | only the last one counts, and readers see the
            first
        repeated_key_refused: {value} | a key that stands twice in a YAML file that OmegaConf reads (LLaMA-Factory,
            torchtune) | the run ends before it began
        undefined_dataset: {value} | a name of a dataset that LLaMA-Factory's `dataset_info.json` does not define | the
            run ends before it began
        foreign_output: {value} | an output folder that is named for another stage (`sft`, `pretrain`, `dpo`, `kto` ...)
            than the run has, and not for its own as well | it writes its checkpoints and logs over those of the other
            run
        shared_output: {value} | an output folder to which another configuration in the same folder writes that has
            another stage, of the same model or of what is in that folder; not where a stage is there twice, or five
            files share it, which are examples to choose from | the later run writes over the checkpoints and the log of
            the earlier one, or takes them for its own and resumes
        fraction_without_effect: {value} | a number of steps below 1, where the project's transformers has no shares |
            the run is refused, or does not warm up
        fraction_of_steps: {value} | a number of steps below 1 | what it means depends on the version: a share of the
            run, or nothing

    Sources:
        YAML 1.1 (yaml.org/type/float.html, bool.html), which PyYAML reads, against YAML 1.2.2, 10.3.2.
        transformers 4.57.6 and 5.23.0, TRL 0.12.2 and 1.16.0, LLaMA-Factory 0.9.5, Axolotl 0.19, mlx-lm 0.32.2: their
        lists of keys, compared.
        LLaMA-Factory, commit bc71380b5: its example of pretraining wrote into the folder of `sft`.
        https://github.com/hiyouga/LlamaFactory/issues/3856: a run with `warmup_steps: 0.1`.
    """
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="error") for kind in _ERRORS.split()),
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in _WARNINGS.split()),
        expect.ExpectColumnValuesToBeNull(column="fraction_of_steps", severity="info"),
    ]
