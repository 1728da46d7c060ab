"""What a program's trainer trains and evaluates on: followed from its arguments to the files that are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks import notebook
from tests.test_python_runs import IMPORTS, read
from tests.training_settings import lines, marked, reason, run_of
from tunespec.subjects import DataFile
from tunespec.training.data_files import trained_in

WITHOUT, SAME = "evaluation_without_data", "evaluation_on_training_data"
OPEN = "a = TrainingArguments('o', eval_strategy='epoch')\n"


def found(folder: Path, text: str, kind: str, start: str = OPEN) -> str | None:
    """What a fact marks in a program; None if nothing."""
    return marked(run_of(folder, IMPORTS + start + text, name="train.py"), kind).get(kind)


@pytest.mark.parametrize(
    "text",
    [
        "Trainer(model=m, args=a, train_dataset=d).train()",
        "Trainer(model=m, args=a, train_dataset=d, eval_dataset=None).train()",
        "Trainer(m, a, c, d, None).train()",
        "e = None\nTrainer(m, a, c, d, eval_dataset=e).train()",
        "from transformers import Seq2SeqTrainer as Trainer\nt = Trainer(m, a)\nt.train()\nt.evaluate(e)",
        "k = dict(model=m, train_dataset=d)\nTrainer(args=a, **k).train()",
        "if big:\n  t = Trainer(m, a, train_dataset=d)\nelse:\n  t = Trainer(m, a, train_dataset=e)\nt.train()",
        "class Mine(Trainer):\n  def compute_loss(self): pass\nMine(model=m, args=a, train_dataset=d).train()",
        "for name in names:\n  Trainer(model=name, args=a, train_dataset=d).train()",
    ],
)
def test_an_evaluation_without_data_is_refused(tmp_path, text):
    assert f"`eval_strategy: epoch`, and `{'Seq2Seq' * ('Seq' in text)}Trainer` (line " in str(
        found(tmp_path, text, WITHOUT)
    )


@pytest.mark.parametrize("trainer", ["SFT", "DPO"])
def test_so_do_the_trainers_of_trl(tmp_path, trainer):
    text = f"a = {trainer}Config(eval_strategy='steps', eval_steps=5)\n{trainer}Trainer(m, args=a, train_dataset=d)"
    said = f"`eval_strategy: steps`, and `{trainer}Trainer` (line 7) is given no `eval_dataset`: transformers refuses"
    assert said in str(found(tmp_path, text, WITHOUT, ""))


@pytest.mark.parametrize(
    "text",
    [
        "Trainer(m, a, c, d, e).train()",
        "Trainer(m, a, eval_dataset=e).train()",
        "Trainer(m, a, **more).train()",
        "k = dict(model=m, eval_dataset=load())\nTrainer(args=a, **k).train()",
        "k = {'model': m}\nif e:\n  k['eval_dataset'] = e\nTrainer(args=a, **k).train()",
        "Trainer(m, a, c, d, e if e else None).train()",
        "e = None\nif big:\n  e = load()\nTrainer(m, a, eval_dataset=e).train()",
        "def f(d, e=None):\n  Trainer(m, a, train_dataset=d, eval_dataset=e).train()",
        "t = Trainer(m, a)\nt.eval_dataset = e\nt.train()",
        "t = Trainer(m, a)\nt.evaluate(e)",
        "a.eval_strategy = 'no'\nTrainer(m, a).train()",
        "if e:\n  t = Trainer(m, a, eval_dataset=e)\nelse:\n  t = Trainer(m, a)\nt.train()",
        "class Mine(Trainer):\n  def __init__(self, *args, **more): super().__init__(*args, **more)\nMine(m, args=a)",
        "class Mine(Trainer):\n  def get_eval_dataloader(self, e): return load()\nMine(m, args=a)",
        "class Mine(Other, Trainer):\n  pass\nMine(m, args=a)",
        "class Mine(Other):\n  pass\nMine(m, args=a)",
        "make(Trainer, m, a)",
        "b = replace(a, eval_strategy='no')\nTrainer(m, b).train()",
        "a.set_evaluate('no')\nTrainer(m, a).train()",
    ],
)
def test_an_evaluation_that_may_have_data_is_none_without(tmp_path, text):
    assert found(tmp_path, text, WITHOUT) is None


def test_no_evaluation_needs_no_data(tmp_path):
    assert found(tmp_path, "Trainer(m, TrainingArguments('o'))", WITHOUT, "") is None
    run = run_of(tmp_path, f"{IMPORTS}TrainingArguments('o', eval_strategy='epoch')", name="train.py")
    assert reason(run, WITHOUT) == "what is evaluated on is not in the configuration"


LOADED = "d = load_dataset('x/y')\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Trainer(m, a, None, d['train'], d['train'])", "`d['train']`, which `train_dataset` (line 8) trains on"),
        ("Trainer(m, a, c, d, d)", "`eval_dataset` names `d`"),
        ("Trainer(m, a, None, self.d, self.d)", "names `self.d`"),
        ("e = d\nTrainer(m, a, None, d, e)", "names `e`"),
        ("t = d['train']\ne = d['train']\nTrainer(m, a, None, t, e)", "names `e`"),
        ("t = load_dataset('x/z')['train']\ne = load_dataset('x/z')['train']\nTrainer(m, a, None, t, e)", "names `e`"),
        ("t = load_dataset('z', split='train')\ne = load_dataset('z', split='test')\nTrainer(m, a, None, t, e)", None),
        ("t = load_dataset('z', split=s)\ne = load_dataset('z', split=s)\nTrainer(m, a, None, t, e)", None),
        ("def f(d):\n  t = d['train']\n  e = d['train']\n  Trainer(m, a, None, t, e)", None),
        ("d = d\nTrainer(m, a, None, d['a'], d['b'])", None),
        ("class Mine(Trainer):\n  pass\nMine(m, a, c, d, d)", "names `d`"),
        ("if big:\n  Trainer(m, a, c, d, d)\nelse:\n  Trainer(n, a, c, d, d)", "names `d`"),
        ("Trainer(m, a, None, d['train'], d['test'])", None),
        ("s = d.train_test_split(0.1)\nTrainer(m, a, None, s['train'], s['test'])", None),
        ("Trainer(m, a, None, d[:90], d[90:])", None),
        ("Trainer(m, a, None, d['train'], {'train': d['train'], 'test': d['test']})", None),
        ("Trainer(m, a, None, d['train'], d['train'].select(range(100)))", None),
        ("Trainer(m, a, None, part(), part())", None),  # which need not be the same
        ("Trainer(m, a, None, next(parts), next(parts))", None),
        ("Trainer(m, a, None, d, d if small else e)", None),
        ("e = load()\nif small:\n  e = d\nTrainer(m, a, None, d, e)", None),
        ("if small:\n  e = d\nelse:\n  e = load()\nTrainer(m, a, None, d, e)", None),
        ("def f(d, e=None):\n  if e is None:\n    e = d\n  Trainer(m, a, None, d, e)", None),
        ("t = d['train']\nd = load_dataset('x/z')\ne = d['train']\nTrainer(m, a, None, t, e)", None),
        ("t, e = d['train'], d['test']\nTrainer(m, a, None, t, e)", None),
        ("t, e = get()\nTrainer(m, a, None, t, e)", None),
        ("p = get()\nt, e = p\nTrainer(m, a, None, t, e)", None),
        ("t, e = random_split(d, [0.9, 0.1])\nTrainer(m, a, None, t, e)", None),
        ("t, _ = get()\ne = t\nTrainer(m, a, None, t, e)", "names `e`"),
        ("(t, e), _ = get()\nTrainer(m, a, None, t, e)", None),
        ("t = load_dataset('g', 'a')\ne = load_dataset('g', 'b')\nTrainer(m, a, None, t, e)", None),
        ("t = load_dataset('g', *x)\ne = load_dataset('g', *x)\nTrainer(m, a, None, t, e)", None),
        ("Trainer(m, a, *[c], train_dataset=d, eval_dataset=d)", None),
        ("if big:\n  Trainer(m, a, c, d, d)\nelse:\n  Trainer(m, a, c, d, e)", None),
        ("class Mine(Trainer):\n  def get_train_dataloader(self): pass\nMine(m, a, c, d, d)", None),
    ],
)  # fmt: skip
def test_evaluation_on_the_data_that_are_trained_on(tmp_path, text, said):
    own = found(tmp_path, text, SAME, OPEN + LOADED)
    assert said in str(own) if said else own is None


def test_what_is_not_evaluated_is_not_meant(tmp_path):
    assert found(tmp_path, "Trainer(m, a, c, d, d)", SAME, "a = TrainingArguments('o')\n") is None
    assert found(tmp_path, "Trainer(m, a, c, d, d)", SAME, "a = TrainingArguments('o', eval_strategy=s)\n") is None
    trial = "a = TrainingArguments('o', eval_strategy='steps', max_steps=5)\n"
    assert found(tmp_path, "Trainer(m, a, c, d, d)", SAME, trial) is None


def test_a_finding_names_the_cell_of_a_notebook(tmp_path):
    cells = (IMPORTS, f"{OPEN}t = Trainer(m, args=a,\n    train_dataset=d, eval_dataset=d)")
    run = run_of(tmp_path, notebook(*cells).decode(), name="train.ipynb")
    said = "`eval_dataset` names `d`, which `train_dataset` (cell 2, line 3) trains on (cell 2, line 3)"
    assert marked(run, SAME)[SAME] == said


def files(folder: Path, text: str) -> object:
    spec = read(folder, text)
    assert spec is not None
    return spec.written.get("data_files")


def load(name: str, more: str = "") -> str:
    return f"load_dataset('json', data_files='{name}'{more})"


A, B = load("a.json")[:-1], load("b.json")[:-1]  # as far as more may follow
BOTH = {"train": "a.json", "validation": "b.json"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"t = {A})['train']\ne = {B})['train']\nSFTTrainer(m, train_dataset=t, eval_dataset=e)", BOTH),
        (f"e = {B}, split='train')\nt = {A}, split='train')\nSFTTrainer(m, None, None, t, e)", BOTH),
        (f"t, e = {A}), {B})\nSFTTrainer(m, train_dataset=t['train'], eval_dataset=e['train'])", BOTH),
        (f"t = {A})\nt = t.map(f)\ne = {B}).map(f)\nSFTTrainer(m, None, None, t['train'], e['train'])", BOTH),
        (f"SFTTrainer(m, train_dataset={A}), eval_dataset={B}))", BOTH),
        (f"d = DatasetDict({{'train': {A}), 'x': {B})}})\nd = d.map(f)\nSFTTrainer(m, None, None, d['train'], d['x'])",
         BOTH),
        (f"d = DatasetDict(train={A}), x={B}))\nSFTTrainer(m, None, None, d['train'], d['x'])", BOTH),
        (f"def t(): return {A})\ndef e(): return {B})\nSFTTrainer(m, None, None, t(), e())", BOTH),
        (f"d = {A})['train'].train_test_split(0.1)\nSFTTrainer(m, None, None, d['train'], d['test'])",
         {"train": "a.json"}),
        (f"t = concatenate_datasets([{A}), {B})])\nSFTTrainer(m, train_dataset=t)", {"train": ["a.json", "b.json"]}),
        (f"t = {A})\ne = {load('test.json')}\nSFTTrainer(m, train_dataset=t).train()",
         {"train": "a.json", "test": "test.json"}),
        (f"t = {A})\ne = {B})\nSFTTrainer(m, train_dataset=t).train()\nask(e)", {"train": "a.json"}),
        (f"def f(t, e): SFTTrainer(m, None, None, t, e)\nf({load('x.json')}, {load('valid.json')})",
         {"train": "x.json", "validation": "valid.json"}),
        (f"t = {A})\nSFTConfig()", {"train": "a.json"}),
        ("d = load_dataset('json', data_files={'train': 'a.json', 'test': 'b.json'})\nSFTTrainer(m, train_dataset=d)",
         {"train": "a.json", "test": "b.json"}),
        (("t = load_dataset('json', data_files={'train': 'a.json'})\ne = load_dataset('json', data_files={'train': "
          "'b.json'})\nSFTTrainer(m, None, None, t, e)"), BOTH),
    ],
)  # fmt: skip
def test_files_are_followed_from_the_trainers_arguments(tmp_path, text, expected):
    assert files(tmp_path, text) == expected


def test_the_line_that_names_a_file_is_kept(tmp_path):
    text = (
        f"t = {A})\ne = load_dataset('json',\n    data_files='b.json')\nSFTTrainer(m, train_dataset=t, eval_dataset=e)"
    )
    spec = read(tmp_path, text)
    assert spec is not None
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("[]", encoding="utf-8")
    trained = trained_in(DataFile(tmp_path / "train.py", "train.py", None, "training"), tmp_path)
    assert [(file.shown, file.split, file.named_by) for file in trained.files] == [
        ("a.json", "train", "`data_files` of train.py:6"),
        ("b.json", "validation", "`data_files` of train.py:8"),
    ]


@pytest.mark.parametrize(
    ("text", "objective", "rate", "trainer"),
    [
        ("class Mine(SFTTrainer):\n  def compute_loss(self): pass\nMine('a/b')", "sft", 2e-5, "SFTTrainer"),
        ("class A(SFTTrainer): pass\nclass B(A): pass\nB('a/b')", "sft", 2e-5, "SFTTrainer"),
        ("import trl\nclass A(trl.DPOTrainer): pass\nA('a/b')", "dpo", 1e-6, "DPOTrainer"),
        ("class Mix:\n  def log(self): pass\nclass A(Mix, SFTTrainer): pass\nA('a/b')", "sft", 2e-5, "SFTTrainer"),
        ("class A(Trainer): pass\nA('a/b', TrainingArguments('o', learning_rate=1))", None, 1, "Trainer"),
        ("class A(Trainer):\n  def __init__(self, x): pass\nA(m, args=TrainingArguments('o', learning_rate=1))",
         None, 1, "Trainer"),
    ],
)  # fmt: skip
def test_a_class_that_extends_a_trainer_is_one(tmp_path, text, objective, rate, trainer):
    spec = read(tmp_path, text)
    assert spec is not None
    assert (spec.value("objective"), spec.value("learning_rate"), spec.written.get("trainer")) == (
        objective, rate, trainer,
    )  # fmt: skip


def test_what_a_class_takes_by_itself_is_not_known(tmp_path):
    own = "class Mine(Trainer):\n  def {}: pass\nMine(model='m', args={}, train_dataset=d, eval_dataset=e)"
    arguments = "TrainingArguments('o', metric_for_best_model='f1', load_best_model_at_end=True, eval_strategy='epoch')"
    spec = read(tmp_path, own.format("__init__(self, **more)", arguments))
    assert spec is not None
    assert str(spec.setting("validation_data")) == "`eval_dataset` is not known (`Mine` takes arguments of its own)"
    assert spec.value("model") is None
    spec = read(tmp_path, own.format("evaluate(self, e)", arguments))
    assert spec is not None
    assert str(spec.setting("validation_data")) == "`eval_dataset` is not known (`Mine` has its own `evaluate`)"
    assert spec.value("model") == "m"
    for method, is_missing in (("evaluate(self)", False), ("compute_loss(self)", True)):
        run = run_of(tmp_path, IMPORTS + own.format(method, arguments), name="train.py")
        assert ("missing_metric" in marked(run, "missing_metric")) is is_missing


def test_each_such_class_is_a_run_of_its_own(tmp_path):
    text = "class Mine(SFTTrainer): pass\nMine(m, SFTConfig(learning_rate=1))\nDPOTrainer(m, args=DPOConfig())"
    run = run_of(tmp_path, IMPORTS + text, name="train.py")
    assert lines(run, "learning_rate_destructive") == [7]


LOADED = "d = load_dataset('json', data_files='a.jsonl', split='train')\n"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (f"{LOADED}d = d.train_test_split(test_size=0.1, seed=1)\nT(train_dataset=d['train'])", 0.1),
        (f"{LOADED}d = d.map(f).train_test_split(0.2)\nT(train_dataset=d['train'].shuffle())", 0.2),
        (f"{LOADED}d = d.train_test_split(test_size=0.4)\nT(train_dataset=d['test'])", 0.6),
        (f"{LOADED}d = d.train_test_split(train_size=0.8)\ne = d['train']\nT(train_dataset=e)", 0.2),
        (f"{LOADED}d = d.train_test_split()\na, b = d['train'], d['test']\nT(train_dataset=a, eval_dataset=b)", 0.25),
        ("d = load_dataset('json', data_files='a.jsonl', split='train[:90%]')\nT(train_dataset=d)", 0.1),
        ("d = load_dataset('json', data_files='a.jsonl', split='train[10%:30%]')\nT(train_dataset=d)", 0.8),
        (f"{LOADED}T(train_dataset=d.map(f))", 0),
        ("T(train_dataset=load())", 0),
        (f"{LOADED}d = d.train_test_split(test_size=100)\nT(train_dataset=d['train'])", None),
        (f"{LOADED}d = d.train_test_split(test_size=share)\nT(train_dataset=d['train'])", None),
        (f"{LOADED}d = prepared(d.train_test_split(test_size=0.1))\nT(train_dataset=d['train'])", None),
        ("d = load_dataset('json', data_files='a.jsonl', split='train[:100]')\nT(train_dataset=d)", None),
    ],
)
def test_what_a_program_splits_off_is_not_trained_on(tmp_path, text, share):
    start = "from datasets import load_dataset\na = SFTConfig('o')\n"
    spec = read(tmp_path, start + text.replace("T(", "SFTTrainer(m, args=a, "))
    assert spec is not None
    assert spec.written.held_out == share
