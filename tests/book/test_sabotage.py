"""The tool that plants errors: it plants real ones, each is judged, and a blind check shows."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.book import small
from tools import notebooks
from tools.sabotage import __main__ as tool
from tools.sabotage import draw, formulas, judge, outputs, python, run, scratch, words
from tools.sabotage.plant import Edit, Plant
from tools.unchanged import ROOT


def changed(text: str, edits: Iterator[Edit]) -> set[str]:
    return {text[: e.start] + e.new + text[e.end :] for e in edits if not e.same}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The small chapter with a notebook in step with it."""
    source, _ = small.write(tmp_path)
    notebook = notebooks.read(source.path)
    setup, *cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    setup.execution_count = 1
    for count, cell in enumerate(cells, start=2):
        output = nbformat.v4.new_output("stream", name="stdout", text=small.OUTPUT)
        cell.update(outputs=[output], execution_count=count)
    notebooks.write(notebook, tmp_path / "book" / "chapters" / "small-one.ipynb")
    return tmp_path


def prose(root: Path) -> list[Plant]:
    found = words.of_book(root, random.Random(0))
    return [plant for plant in found if not plant.in_cell and not plant.edit.same]


def verdicts(root: Path, plants: list[Plant]) -> Counter[str]:
    found: Counter[str] = Counter()
    for plant in plants:
        with scratch.planted(plant, root):
            found[judge.verdict(root, plant, judge.checks_for(plant))] += 1
    return found


# --- what is planted


@pytest.mark.parametrize(
    ("operation", "text", "wanted"),
    [
        (formulas.signs, "a = b - c", {"a = b + c", "a = -b - c"}),
        (formulas.signs, "a = -b", {"a = b"}),
        (formulas.signs, "a = 0 - 0", set()),
        (formulas.signs, r"\sum_{k=1}^{K} [k = y]", set()),
        (formulas.factors, "2(x - y)", {"(x - y)"}),
        (formulas.factors, "1 x", set()),
        (formulas.factors, r"t_k \log p_k", {r"\log p_k"}),
        (formulas.factors, r"\frac{a}{N}", {"(a)"}),
        (formulas.factors, r"p_{ik} + \sigma(x)", set()),
        (formulas.factors, r"\frac{\partial \ell}{\partial z}", set()),
        (formulas.indices, "p_k", {"p_j", "p_i", "p_y"}),
        (formulas.indices, "[j = y]", {"[k = y]", "[i = y]", "[y = y]"}),
        (formulas.indices, r"\sum_{k=1}^K a", {
            r"\sum_{j=1}^K a", r"\sum_{i=1}^K a", r"\sum_{y=1}^K a", r"\sum_{k=2}^K a",
            r"\sum_{k=1}^{K - 1} a"}),
        (formulas.exponents, "x^2", {"x^{3}", "x"}),
        (formulas.exponents, "e^{-z}", {"e^{z}", "e"}),
        (formulas.exponents, r"\sum_{k=1}^{K} a", set()),
        (python.swaps, "f(a, b)", {"f(b, a)"}),
        (python.swaps, "max(a, b)", set()),
        (words.whole, "r = np.random.default_rng(3)", set()),
        (python.defaults, "n=-1", {"n=1", "n=0"}),
        (python.defaults, "f(x, dim=1)", set()),
        (python.defaults, "reduction='mean'", {"reduction='sum'", "reduction='none'"}),
        (python.derivation_order, "x.step(a, 'one').step(b, 'two')",
         {"x.step(b, 'two').step(a, 'one')"}),
        (words.whole, "a = b - 2", {"a = b + 2", "a = b - 3"}),
        (words.whole, "ŷ = -x ** 2", {"ŷ = x ** 2", "ŷ = -x * 2", "ŷ = -x ** 3"}),
        (words.whole, "x = -0", {"x = -1"}),
        (words.whole, "assert x < 1", set()),
        (words.whole, "assert x == 1", {"assert x == 2"}),
        (words.whole, "assert x < 1e-9", set()),
        (words.whole, "assert np.isclose(a, b, atol=0)", set()),
        (words.whole, "raise ValueError(1 + 1)", set()),
        (words.whole, "if a < b: pass", {"if a > b: pass", "if a <= b: pass"}),
        (words.whole, "np.where(a, b, c)", {"np.where(a, c, b)"}),
        (python.losses, 'def f(x, n=1):\n    """Return 2."""\n    return -x',
         {'def f(x, n=2):\n    """Return 2."""\n    return -x',
          'def f(x, n=1):\n    """Return 2."""\n    return x'}),
    ],
)  # fmt: skip
def test_these_errors_are_planted(operation: object, text: str, wanted: set[str]) -> None:
    assert callable(operation)
    assert changed(text, operation(text)) == wanted


def test_every_kind_in_this_book() -> None:
    pools = draw.candidates(ROOT, random.Random(0))
    assert len(pools) == 16
    plants = [plant for pool in pools.values() for plant in pool]
    assert {name for plant in plants for name in judge.checks_for(plant)} == set(judge.CHECKS)


def test_a_plant_changes_its_line_and_is_taken_out_again(book: Path) -> None:
    path = book / "book" / "src" / "small-one.md"
    notebook = book / "book" / "chapters" / "small-one.ipynb"
    before = path.read_bytes(), notebook.read_bytes()
    for plant in prose(book):
        with scratch.planted(plant, book):
            lines = path.read_text().split("\n")
            assert plant.after in " ".join(" ".join(lines[plant.line - 1 : plant.line + 2]).split())
            assert notebook.read_bytes() != before[1]
        assert (path.read_bytes(), notebook.read_bytes()) == before


def test_the_same_seed_draws_the_same_plants_of_every_kind() -> None:
    one, again, other = (draw.draw(ROOT, 48, seed).plants for seed in ("a", "a", "b"))
    assert one == again != other
    assert set(Counter(plant.kind for plant in one).values()) == {3}


def test_the_seed_follows_the_book(book: Path) -> None:
    before = draw.seed_of(book)
    assert draw.seed_of(book) == before
    path = book / "book" / "src" / "small-one.md"
    path.write_text(path.read_text() + "\nMore.\n")
    assert draw.seed_of(book) != before


def test_known_survivors_are_not_planted_and_still_stand_in_the_book(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = prose(book)[0]
    monkeypatch.setattr(draw, "known_survivors", lambda _: {some.key: "why"})
    drawn = draw.draw(book, 1000, "a")
    assert some not in drawn.plants
    assert drawn.skipped["known to be no error"] == 1
    monkeypatch.undo()
    planted = {p.key for pool in draw.candidates(ROOT, random.Random(0)).values() for p in pool}
    assert set(draw.known_survivors(ROOT)) <= planted


# --- how they are judged


def test_every_plant_in_the_small_chapter_is_found(book: Path) -> None:
    found = verdicts(book, prose(book))
    assert set(found) >= {"equations", "numbers", "code"}
    assert not found[""], found


@pytest.mark.parametrize("blind", ["equations", "numbers", "code"])
def test_plants_survive_a_blind_check(
    book: Path, monkeypatch: pytest.MonkeyPatch, blind: str
) -> None:
    monkeypatch.setitem(judge.CHECKS, blind, lambda *_: [])
    assert verdicts(book, prose(book))[""] > 0


def test_the_unbroken_copy_must_pass(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(judge.CHECKS, "code", lambda *_: ["always red"])
    with pytest.raises(SystemExit, match="red without any plant"):
        tool.sabotage(book, 3, "a", ("equation: sign",))


def test_missed_plants_are_listed(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(judge.CHECKS, "equations", lambda *_: [])
    found = tool.sabotage(book, 3, "a", ("equation: sign",))
    tool.report(found)
    assert [each.by for each in found] == ["", "", ""]
    assert capsys.readouterr().out.count("  equation: sign: book/src/small-one.md:") == 3


def forever(*_: object) -> list[str]:
    while True:
        time.sleep(1)


def no_verdict(*_: object) -> list[str]:
    raise SystemExit("pytest ended with 4")


def raising(*_: object) -> list[str]:
    raise ValueError("as a check may when it cannot read what it checks")


def test_a_child_that_never_ends_is_ended(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LIMIT", 1)
    monkeypatch.setitem(judge.CHECKS, "code", forever)
    verdict = run.one(prose(book)[0], ["code"], book)
    assert verdict.by == "" and verdict.seconds < 10


def test_a_check_that_raises_has_found_it(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(judge.CHECKS, "code", raising)
    assert run.one(prose(book)[0], ["code"], book).by == "code"


def test_a_check_that_could_not_run_has_found_nothing(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(judge.CHECKS, "code", no_verdict)
    with pytest.raises(RuntimeError, match="no verdict"):
        run.one(prose(book)[0], ["code"], book)


def test_stored_outputs_and_figures_are_planted_in() -> None:
    found = list(outputs.of_book(ROOT, random.Random(0)))
    assert {plant.kind for plant in found} == {"stored output", "figure: a coordinate"}
    plant = found[0]
    text = (ROOT / plant.path).read_text()
    nbformat.reads(plant.apply(text), as_version=4)
