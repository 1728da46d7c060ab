"""A program with several trainers starts several runs, each judged with what its own trainer is given."""

from __future__ import annotations

import ast
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.template_facts import write_files
from tests.test_python_runs import IMPORTS, PEFT, values
from tunespec.config import find
from tunespec.discover import discover
from tunespec.subjects import DataFile, TrainingRun
from tunespec.templates.python_code import Code
from tunespec.training.configuration import runs_in, spec_in
from tunespec.training.python_calls import Program
from tunespec.training.run_spec import RunSpec
from tunespec.training.source import RunSource


def runs(folder: Path, text: str, imports: str = IMPORTS) -> dict[str, RunSpec]:
    """The runs of a program by their names in it."""
    path = folder / "train.py"
    path.write_text(imports + text, encoding="utf-8")
    found = {file.part: spec_in(file) for file in runs_in(DataFile(path, path.name, None, "training"))}
    return {part: spec for part, spec in found.items() if spec is not None}


def rates(folder: Path, text: str, imports: str = IMPORTS) -> dict[str, object]:
    return {part: spec.value("learning_rate") for part, spec in runs(folder, text, imports).items()}


TWO = """\
sft = SFTTrainer(model, args=SFTConfig(learning_rate=1e-4), train_dataset=d, eval_dataset=e)
sft.train()
args = DPOConfig(learning_rate=2e-6)
dpo = DPOTrainer(model, ref, args)
dpo.train()
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWO, {"SFTTrainer": 1e-4, "DPOTrainer": 2e-6}),
        ("a = SFTConfig(learning_rate=1)\nSFTTrainer(m, a)\na = SFTConfig(learning_rate=2)\nSFTTrainer(m, a)\n",
         {"SFTTrainer": 1, "SFTTrainer 2": 2}),
        (("def f():\n  SFTTrainer(m, args=SFTConfig(learning_rate=1))\ndef g():\n  SFTTrainer(m, "
         "args=SFTConfig(learning_rate=2))\n"), {"SFTTrainer": 1, "SFTTrainer 2": 2}),
        (("def a():\n  return SFTConfig(learning_rate=1)\ndef b():\n  return SFTConfig(learning_rate=2)\n"
         "SFTTrainer(m, a())\nSFTTrainer(m, args=b())\n"), {"SFTTrainer": 1, "SFTTrainer 2": 2}),
        ("SFTTrainer(model='a')\nDPOTrainer(model='b')\n", {"SFTTrainer": 2e-5, "DPOTrainer": 1e-6}),
        (("def f(a):\n  SFTTrainer(m, args=a)\ndef g(a):\n  DPOTrainer(m, args=a)\nf(SFTConfig(learning_rate=1))\n"
         "g(DPOConfig(learning_rate=2))\n"), {"SFTTrainer": 1, "DPOTrainer": 2}),
        (("if dpo:\n  DPOTrainer(m, args=DPOConfig(learning_rate=2))\nelse:\n  SFTTrainer(m, SFTConfig("
         "learning_rate=1))\n"), {"DPOTrainer": 2, "SFTTrainer": 1}),
    ],
)  # fmt: skip
def test_each_trainer_is_a_run_with_its_own_arguments(tmp_path, text, expected):
    assert rates(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("a = SFTConfig(learning_rate=1)\nif e:\n  t = SFTTrainer(m, a, eval_dataset=e)\nelse:\n  t = SFTTrainer(m, a)",
         1),
        ("if big:\n  a = SFTConfig(learning_rate=1)\nelse:\n  a = SFTConfig(learning_rate=2)\nSFTTrainer(m, a)", None),
        ("a = SFTConfig(learning_rate=1)\nif big:\n  a = SFTConfig(learning_rate=2)\nSFTTrainer(m, a)", None),
        ("SFTTrainer(m, SFTConfig(learning_rate=1) if big else SFTConfig(learning_rate=1))", 1),
        ("if big:\n  SFTTrainer(m, SFTConfig(learning_rate=1))\nelse:\n  SFTTrainer(m, SFTConfig(learning_rate=2))",
         None),
        (("try:\n  SFTTrainer(m, SFTConfig(learning_rate=1))\nexcept TypeError:\n  SFTTrainer(m, "
         "SFTConfig(learning_rate=2))"), None),
        (("match size:\n  case 1:\n    SFTTrainer(m, SFTConfig(learning_rate=1))\n  case _:\n    SFTTrainer(m, "
         "SFTConfig(learning_rate=2))"), None),
        ("if new:\n  a = SFTConfig(learning_rate=1)\nelse:\n  a = TrainingArguments(learning_rate=2)\nSFTTrainer(m, a)",
         1),
        (("def f(m):\n  if big:\n    return SFTTrainer(m, SFTConfig(learning_rate=1))\n"
          "  return SFTTrainer(m, SFTConfig(learning_rate=2))"), None),
        ("a = SFTConfig(learning_rate=1)\nSFTTrainer(m, a).train()\nSFTTrainer(m, a).train()", 1),
        (("a = TrainingArguments(learning_rate=1)\nt = Trainer(m, a)\nt.train()\n"
          "u = Trainer(m, TrainingArguments('e'))\nu.predict(d)"), 1),
    ],
)  # fmt: skip
def test_alternatives_are_one_run(tmp_path, text, rate):
    assert rates(tmp_path, text) == {"": rate}


def test_of_two_runs_beside_a_third_each_is_one(tmp_path):
    first = "  SFTTrainer(m, SFTConfig(learning_rate=1))\n  SFTTrainer(m, SFTConfig(learning_rate=2))\n"
    second = "  SFTTrainer(m, SFTConfig(learning_rate=3))\n"
    for text in (f"if a:\n{first}else:\n{second}", f"if a:\n{second}else:\n{first}"):
        assert sorted(map(str, rates(tmp_path, text).values())) == ["1", "2", "3"]


def unread(spec: RunSpec) -> Sequence[str]:
    return list(spec.written.unread)


def test_what_is_not_judged_is_said(tmp_path):
    draft = "a = SFTConfig(learning_rate=1)\na = SFTConfig(learning_rate=2)\nSFTTrainer(m, a)"
    [spec] = runs(tmp_path, draft).values()
    assert (spec.value("learning_rate"), unread(spec)) == (
        2,
        ["the `SFTConfig` in line 6 are not judged: their name is given to others before a trainer takes them"],
    )
    text = "PPOTrainer(PPOConfig(batch_size=1), m)\nSFTTrainer(m, SFTConfig())"
    [spec] = runs(tmp_path, text, IMPORTS + "from trl import PPOConfig, PPOTrainer\n").values()
    assert unread(spec) == ["the run of `PPOConfig` in line 7 is not judged: it has arguments of its own"]
    many = runs(tmp_path, "SFTTrainer(m)\n" * 21)
    assert len(many) == 20
    assert unread(many["SFTTrainer"]) == ["the trainers from line 26 on are not judged: of a program 20 are"]
    either = "if new:\n  a = SFTConfig()\nelse:\n  a = TrainingArguments()\nSFTTrainer(m, a)"
    [spec] = runs(tmp_path, either).values()
    said = (
        "the `TrainingArguments` in line 9 are not judged: the run takes them or the `SFTConfig` in line 7, which are"
    )
    assert unread(spec) == [said]
    run = TrainingRun("train.py", (spec.written.file,))
    assert RunSource(run, find(tmp_path)).described()["profile"]["undecided"] == [said]


def test_what_stands_beside_is_shared_by_what_takes_part(tmp_path):
    text = """\
m = AutoModelForCausalLM.from_pretrained("a/b")
s = SFTTrainer(m, SFTConfig(), peft_config=LoraConfig(r=4), callbacks=[EarlyStoppingCallback(2)], eval_dataset=e)
data = load_dataset("json", data_files="pairs.jsonl")
d = DPOTrainer(s.model, None, DPOConfig(), None, data["train"])
o = SFTTrainer("c/d", SFTConfig(weight_decay=0.1))
"""
    sft, dpo, other = runs(tmp_path, text, IMPORTS + PEFT).values()
    names = ("method", "lora_rank", "patience", "model", "validation_data")
    assert list(values(sft, *names).values()) == ["lora", 4, 2, "a/b", ["e"]]
    assert list(values(dpo, *names).values()) == [None, None, None, None, None]
    assert list(values(other, *names).values()) == ["full", None, None, "c/d", None]
    assert [spec.written.get("data_files") for spec in (sft, dpo, other)] == [None, {"train": "pairs.jsonl"}, None]


def test_an_adapter_that_only_some_trainers_add_says_no_method(tmp_path):
    two = "if small:\n  SFTTrainer(m, a, peft_config=LoraConfig())\nelse:\n  SFTTrainer(m, a)"
    [spec] = runs(tmp_path, f"a = SFTConfig()\n{two}", IMPORTS + PEFT).values()
    assert spec.method == ""
    own = "from trl import get_peft_config\nm = AutoModelForCausalLM.from_pretrained('a')\n"
    text = "SFTTrainer(m, SFTConfig(), peft_config=get_peft_config(c))\nDPOTrainer(m, args=DPOConfig())"
    assert [spec.method for spec in runs(tmp_path, own + text).values()] == ["", ""]


def test_each_run_is_a_subject(tmp_path):
    write_files(tmp_path, {"train.py": IMPORTS + TWO, "one.py": IMPORTS + "SFTTrainer(m, SFTConfig())"})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert [run.name for run in found.runs] == ["one.py", "train.py:DPOTrainer", "train.py:SFTTrainer"]
    rates = [spec.value("learning_rate") for run in found.runs if (spec := RunSource(run, find(tmp_path)).spec)]
    assert rates == [2e-5, 2e-6, 1e-4]


def test_a_program_is_parsed_once_however_many_runs_it_starts(tmp_path, monkeypatch):
    parsed = list[Code]()

    def counting(code: Code) -> Program:
        parsed.append(code)
        return original(code)

    original = Program.of
    monkeypatch.setattr(Program, "of", counting)
    text = f"{IMPORTS}{TWO}# {tmp_path}\n"  # which no other test has read
    write_files(tmp_path, {"train.py": text, "copy/train.py": text})
    found = discover(find(tmp_path), [str(tmp_path)])
    specs = [RunSource(run, find(tmp_path)).spec for run in found.runs]
    assert [spec.written.file.shown for spec in specs if spec] == ["copy/train.py"] * 2 + ["train.py"] * 2
    assert len(parsed) == 1


@pytest.mark.parametrize(
    ("text", "args", "held_out"),
    [
        ("Trainer(m, a, c, t, e)", "TrainingArguments", ["e"]),
        ("Trainer(m, a, c, t)", "TrainingArguments", None),
        ("RewardTrainer(m, a, c, t, e)", "RewardConfig", ["e"]),
        ("ORPOTrainer(m, a, c, t, e)", "ORPOConfig", ["e"]),
        ("CPOTrainer(m, a, c, t, e)", "CPOConfig", ["e"]),
        ("DPOTrainer(m, r, a, c, t, e)", "DPOConfig", ["e"]),
        ("DPOTrainer(m, r, 0.1, 0, 'sigmoid', a, c, -100, None, 'keep_end', t, e)", "TrainingArguments", ["e"]),
        ("DPOTrainer(m, r, beta=0.1, args=a, eval_dataset=e)", "TrainingArguments", ["e"]),
        ("KTOTrainer(m, r, a, eval_dataset=e)", "KTOConfig", ["e"]),
        ("KTOTrainer(m, r, a, t, e)", "KTOConfig", "unknown"),  # or the collator and the records
        ("GRPOTrainer(m, f, a, t, e)", "GRPOConfig", ["e"]),
        ("RLOOTrainer(m, f, a, t, e)", "RLOOConfig", ["e"]),
        ("Trainer(m, a, c, t, e, tok, None, f)", "TrainingArguments", "unknown"),
    ],
)
def test_a_trainers_positions_are_those_of_its_class(tmp_path, text, args, held_out):
    trainer = text.partition("(")[0]
    imports = f"from trl import {trainer}, {args}\n"
    [spec] = runs(tmp_path, f"a = {args}(learning_rate=1)\n{text}", imports).values()
    assert spec.value("learning_rate") == 1
    setting = spec.setting("validation_data")
    assert setting is not None
    assert (setting.value if setting.is_known else "unknown") == held_out


TRAINS = "def train():\n  {0} = SFTTrainer(m, SFTConfig(learning_rate=1), eval_dataset=e)\n  {0}.train()\n"
ASKS = "def evaluate():\n  {0} = SFTTrainer(m, SFTConfig(learning_rate=2))\n  {0}.evaluate(e)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRAINS.format("trainer") + ASKS.format("trainer"), {"": 1}),
        (TRAINS.format("trainer") + ASKS.format("other"), {"": 1}),
        # Whoever gets it may train it: under the same name, or by what a function returns.
        (
            TRAINS.format("trainer") + "def go(t):\n  t.train()\n"
            "t = SFTTrainer(m, SFTConfig(learning_rate=2))\ngo(t)\nt.evaluate()\n",
            {"SFTTrainer": 1, "SFTTrainer 2": 2},
        ),
        (
            TRAINS.format("trainer") + "def get():\n  t = SFTTrainer(m, SFTConfig(learning_rate=2))\n"
            "  t.evaluate()\n  return t\nmine = get()\nmine.train()\n",
            {"SFTTrainer": 1, "SFTTrainer 2": 2},
        ),
    ],
)
def test_whether_a_trainer_trains_is_said_where_its_name_is_its_own(tmp_path, text, expected):
    assert rates(tmp_path, text) == expected


def test_arguments_are_set_anew_only_where_their_name_is_their_own(tmp_path):
    text = """\
def one():
  args = SFTConfig(learning_rate=1)
  SFTTrainer(m, args).train()
def two():
  args = SFTConfig(learning_rate=2)
  args.learning_rate = 5
  SFTTrainer(m, args).train()
"""
    assert rates(tmp_path, text) == {"SFTTrainer": 1, "SFTTrainer 2": None}
    given = "def slower(args):\n  args.learning_rate = 5\nargs = SFTConfig(learning_rate=1)\nslower(args)\n"
    assert rates(tmp_path, f"{given}SFTTrainer(m, args)") == {"": None}
    one_of_two = "args = SFTConfig(learning_rate=1) if big else SFTConfig(learning_rate=1)\nargs.learning_rate = 5\n"
    assert rates(tmp_path, f"{one_of_two}SFTTrainer(m, args)") == {"": None}


BEFORE = "args = SFTConfig(learning_rate=1)\n"
TAKEN = "SFTTrainer(m, args)\n"


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("def main():\n  args = SFTConfig(learning_rate=2)\n  def make():\n    return SFTTrainer(m, args)\n", 2),
        ("def main():\n  args = SFTConfig(learning_rate=2)\n  make = lambda: SFTTrainer(m, args)\n", 2),
        (f"class Mine:\n  def run(self):\n    {TAKEN}", 1),
    ],
)
def test_a_name_is_that_of_the_nearest_function_around_it(tmp_path, text, rate):
    assert list(rates(tmp_path, BEFORE + text).values())[-1] == rate


@pytest.mark.parametrize(
    "text",
    [
        f"for args in mine:\n  {TAKEN}",
        f"for name, (args, rest) in mine:\n  {TAKEN}",
        "trainers = [SFTTrainer(m, args) for args in mine]\n",
        f"with mine() as args:\n  {TAKEN}",
        f"try:\n  pass\nexcept ValueError as args:\n  {TAKEN}",
        f"try:\n  pass\nexcept* ValueError as args:\n  {TAKEN}",
        f"args += mine\n{TAKEN}",
        f"import args\n{TAKEN}",
        f"from mine import a as args\n{TAKEN}",
        f"def args(): pass\n{TAKEN}",
        f"class args: pass\n{TAKEN}",
        f"match mine:\n  case (1, args):\n    {TAKEN}",
        f"match mine:\n  case [1, *args]:\n    {TAKEN}",
        f"match mine:\n  case {{1: 2, **args}}:\n    {TAKEN}",
        f"(name, *args), rest = (1, 2), 3\n{TAKEN}",
        f"first, *args = mine\n{TAKEN}",
    ],
)
def test_what_binds_a_name_anew_is_no_longer_what_it_was(tmp_path, text):
    links = Program.of(Code(IMPORTS + BEFORE + text)).links
    [trainer] = [call for call in links.calls.values() if call.is_trainer]
    name = trainer.nodes["args"]
    assert isinstance(name, ast.Name)
    assert links.bound(name)[0] is None


def test_what_a_comprehension_or_a_loop_binds_is_not_what_stands_around_it(tmp_path):
    names = "[args for args in mine]\n"
    assert rates(tmp_path, f"{BEFORE}{names}{TAKEN}") == {"": 1}
    assert rates(tmp_path, f"{BEFORE}for args.a in mine: pass\n{TAKEN}") == {"": 1}


def test_a_program_of_very_many_calls_is_read_as_far_as_somebody_may_have_written_it(tmp_path):
    text = "SFTConfig(learning_rate=1)\nTrainingArguments(learning_rate=2)\n" * 2000
    begin = time.perf_counter()
    found = runs(tmp_path, text)
    assert time.perf_counter() - begin < 10  # 79 s when each call was held against each
    assert unread(found["SFTConfig"]) == ["the arguments from line 26 on are not judged: of a program 20 are"]


def test_very_many_names_that_are_set_anew(tmp_path):
    text = "a = SFTConfig(learning_rate=1)\n" + "b = a\nb.learning_rate = 2\n" * 2000
    begin = time.perf_counter()
    assert rates(tmp_path, text) == {"": None}
    assert time.perf_counter() - begin < 10


def test_what_a_function_binds_for_the_whole_program_is_known_elsewhere(tmp_path):
    text = (
        "t = None\ndef begin():\n  global t\n  t = SFTTrainer(m, SFTConfig(learning_rate=2))\n  t.evaluate()\n"
        "begin()\nt.train()\n"
    )
    assert rates(tmp_path, TRAINS.format("trainer") + text) == {"SFTTrainer": 1, "SFTTrainer 2": 2}
    text = f"def slower():\n  args.learning_rate = 5\ndef begin():\n  global args\n  {BEFORE}  slower()\n  {TAKEN}"
    assert rates(tmp_path, text) == {"": None}
