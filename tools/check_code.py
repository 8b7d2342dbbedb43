"""Inline code, and Python in the prose, names what exists and calls it as it can be called.

A span is understood if it is, in this order: on the chapter's own list `CODE`; a string
literal that the notebook or a signature uses; a tuple of axis lengths like `(N, C)`; a file of
the repository or a `make` target; or Python whose every name is one of

- a module, function or class of lossbook, torch, NumPy or the standard library's `math`,
- a name that the chapter's own cells import or assign,
- a parameter of a function that the chapter mentions.

A call must bind to the signature, and must not hand a target where the logits belong. If it
would be accepted with its first two arguments swapped too, a cell must make the same call.

A keyword with a value, `reduction='sum'`, is held to what the cells do. In a sentence it is
what the nearest cells pass: those under the same heading of level 2 or 3 if one of them passes
that keyword, else those of the chapter. A default may stand there if a cell writes it out, or
if its line says that it is the default: “unless `full=False`” is else as good as `full=True`.
In a table it may be a default; in a table of arguments it must be that of a function that has
all of them.
"""

import ast
import builtins
import importlib
import inspect
import keyword
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools import markdown
from tools.claims import Checks, checks_of
from tools.markdown import Source
from tools.unchanged import ROOT
from tools.verdict import verdict

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
SHAPE = re.compile(r"\(?(?:[A-Z]|\d+|[a-z]\d|…|\.\.\.)(?:, ?(?:[A-Z]|\d+|[a-z]\d|…|\.\.\.|))*\)?")
FIRST_COLUMN = re.compile(r"^\| *`(\w+)(?:=(?!=)([^`|]+))?`(?=[ ,|])", re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\n?)+", re.MULTILINE)
ALIASES = {
    "lb": "lossbook", "np": "numpy", "F": "torch.nn.functional", "nn": "torch.nn",
    "sp": "sympy", "plt": "matplotlib.pyplot",
}  # fmt: skip
MODULES = ("lossbook", "torch", "torch.nn", "torch.nn.functional", "numpy", "math")
# Positional arguments are told apart by what a chapter calls them.
LIKE_INPUT = {"input", "logits", "logit", "z", "scores", "yhat", "log_p", "log_probs"}
LIKE_TARGET = {"target", "targets", "labels", "label", "y", "index", "one_hot", "t"}
MISSING = object()


class Unknown(Exception):
    """Why a span is not accepted."""


@cache
def module(name: str) -> Any:
    return importlib.import_module(name)


@cache
def signature(function: Any) -> inspect.Signature | None:
    """How `function` can be called, from its docstring if it is written in C."""
    if isinstance(function, module("numpy").ufunc):
        names = [f"x{n}" for n in range(1, function.nin + 1)]
        kinds = inspect.Parameter
        inputs = [kinds(name, kinds.POSITIONAL_ONLY) for name in names]
        options = [kinds(n, kinds.KEYWORD_ONLY, default=None) for n in ("out", "where", "dtype")]
        return inspect.Signature([*inputs, *options])
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        pass
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    head = re.match(r"[\w.]*\((.*)\)\s*(->.*)?$", lines[0] if lines else "")
    if head is None:
        return None
    try:
        tree = ast.parse(f"def f({head[1]}): pass").body[0]
    except SyntaxError:
        return None
    assert isinstance(tree, ast.FunctionDef)
    return of_definition(tree)


def of_definition(tree: ast.FunctionDef) -> inspect.Signature:
    """The signature of a function that a cell defines."""
    kinds, arguments = inspect.Parameter, tree.args
    found = []
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    for each, default in zip(plain, defaults, strict=True):
        value = kinds.empty if default is None else literal(default)
        found.append(kinds(each.arg, kinds.POSITIONAL_OR_KEYWORD, default=value))
    if arguments.vararg:
        found.append(kinds(arguments.vararg.arg, kinds.VAR_POSITIONAL))
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        value = kinds.empty if default is None else literal(default)
        found.append(kinds(each.arg, kinds.KEYWORD_ONLY, default=value))
    if arguments.kwarg:
        found.append(kinds(arguments.kwarg.arg, kinds.VAR_KEYWORD))
    return inspect.Signature(found)


def literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return MISSING


@dataclass(frozen=True)
class Passed:
    """A value that a cell gives to a keyword."""

    heading: int
    """The line of the heading above the cell."""
    value: Any
    written: bool
    """It stands in the call itself, and not in a loop or a variable."""


@dataclass
class Scope:
    """What a chapter's cells and its prose let a reader know."""

    imported: dict[str, Any] = field(default_factory=dict)
    defined: dict[str, inspect.Signature | None] = field(default_factory=dict)
    strings: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    passed: dict[str, list[Passed]] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    """The calls that cells make, as `written` writes them."""
    mentioned: list[Any] = field(default_factory=list)

    def parameters(self) -> dict[str, list[Any]]:
        """The parameters of every function that is mentioned or defined, with their defaults."""
        found: dict[str, list[Any]] = {}
        for known in [*map(signature, self.mentioned), *self.defined.values()]:
            for name, parameter in known.parameters.items() if known else ():
                found.setdefault(name, []).append(parameter.default)
        return found


def add_cell(scope: Scope, code: str, heading: int = 0) -> None:
    """Learn what a cell imports, defines and passes."""
    tree = ast.parse(code)
    meant = assigned(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = module(alias.name)
                scope.imported[alias.asname or alias.name.split(".")[0]] = (
                    whole if alias.asname else module(alias.name.split(".")[0])
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                source = module(node.module)
                value = getattr(source, alias.name, MISSING)
                if value is MISSING:
                    value = module(f"{node.module}.{alias.name}")
                scope.imported[alias.asname or alias.name] = value
        elif isinstance(node, ast.FunctionDef):
            scope.defined[node.name] = of_definition(node)
            scope.defined |= dict.fromkeys((a.arg for a in node.args.args), None)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            scope.defined.setdefault(node.id, None)
        elif isinstance(node, ast.Attribute):
            scope.attributes.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            scope.strings.add(node.value)
        elif isinstance(node, ast.Call):
            scope.calls.add(positional(node))
        elif isinstance(node, ast.keyword) and node.arg:
            value = literal(node.value)
            values = [value] if value is not MISSING else values_of(node.value, meant)
            scope.passed.setdefault(node.arg, []).extend(
                Passed(heading, each, value is not MISSING) for each in values
            )


def positional(node: ast.Call) -> str:
    """The last part of a function's name and its positional arguments: what order is about."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    return f"{name}({', '.join(map(ast.unparse, node.args))})"


def assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name of a cell is set to, by `=` and by loops, if it is written out there."""
    found: dict[str, list[ast.expr]] = {}

    def learn(target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            found.setdefault(target.id, []).append(value)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for one, other in zip(target.elts, value.elts, strict=False):
                learn(one, other)

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                learn(target, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            for each in getattr(node.iter, "elts", []):
                learn(node.target, each)
    return found


def values_of(node: ast.expr, meant: dict[str, list[ast.expr]]) -> list[Any]:
    """The values that an argument can have, as far as the cell writes them out."""
    while isinstance(node, ast.Call):  # torch.tensor(3.0).double() is 3.0
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("double", "float"):
            node = node.func.value
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("tensor", "array"):
            if not node.args:
                return []
            node = node.args[0]
        else:
            return []
    if isinstance(node, ast.Name):
        others = {name: each for name, each in meant.items() if name != node.id}  # x = tensor(x)
        return [value for each in meant.get(node.id, []) for value in values_of(each, others)]
    return [] if (value := literal(node)) is MISSING else [value]


def scope_of(source: Source) -> Scope:
    scope = Scope()
    for part in source.of("cell"):
        code = re.sub(r"^[%!].*$", "", part.text, flags=re.MULTILINE)
        add_cell(scope, code, source.heading(part.line))
    texts = [part.text for part in source.of("cell")]
    texts += [span.text for span in spans(source)]
    for name in set(re.findall(r"[A-Za-z_][\w.]*", " ".join(texts))):
        try:
            value = resolve(ast.parse(name, mode="eval").body, scope)
        except (Unknown, SyntaxError):
            continue
        home = str(getattr(value, "__module__", "")).split(".")[0]
        # NumPy's parameters are called a and x: they would explain any letter
        ours = home in ("lossbook", "torch") or (home == "builtins" and "torch" in name)
        if callable(value) and ours and not any(value is each for each in scope.mentioned):
            scope.mentioned.append(value)
    return scope


class Span(NamedTuple):
    place: str
    text: str
    line: str
    """The line of the source in which it begins."""
    heading: int


def spans(source: Source) -> Iterator[Span]:
    """Each inline code span."""
    for part in source.of("prose", "words"):
        for match in SPAN.finditer(part.text):
            place, text = source.place(part, match.start()), " ".join(match[2].split())
            line = part.text[part.text.rfind("\n", 0, match.start()) + 1 :].split("\n")[0]
            yield Span(place, text, line, source.heading(int(place.rpartition(":")[2])))


def resolve(node: ast.expr, scope: Scope) -> Any:
    """The object that a dotted name means; MISSING for a variable of the chapter."""
    if isinstance(node, ast.Attribute):
        owner = resolve(node.value, scope)
        if owner is MISSING:  # a variable: of which type is unknown
            if node.attr in scope.attributes or any(hasattr(k, node.attr) for k in kinds()):
                return MISSING
            raise Unknown(f"neither an array nor anything in the cells has {node.attr}")
        if (value := getattr(owner, node.attr, MISSING)) is not MISSING:
            return value
        try:
            return module(f"{owner.__name__}.{node.attr}")
        except (ImportError, AttributeError):
            name = getattr(owner, "__name__", type(owner).__name__)
            raise Unknown(f"{name} has no {node.attr}") from None
    if not isinstance(node, ast.Name):
        return MISSING
    name = node.id
    if name in scope.imported:
        return scope.imported[name]
    if name in scope.defined:
        return MISSING
    if name in ALIASES or name in MODULES:
        return module(ALIASES.get(name, name))
    # built-in names first: NumPy warns about those it once had
    for place in places():
        if hasattr(place, name):
            return getattr(place, name)
    raise Unknown(f"{name} is known neither to a library nor to the chapter's cells")


def kinds() -> list[type]:
    """What a variable of a chapter may be."""
    return [module("torch").Tensor, module("numpy").ndarray, str, list, dict]


def places() -> list[Any]:
    """Where a bare name may come from: modules, and the methods of arrays."""
    methods = [module("torch").Tensor, module("numpy").ndarray]
    return [builtins, *(module(m) for m in MODULES), *methods]


def check_call(node: ast.Call, scope: Scope) -> None:
    """The call fits a function of that name; prose says `softmax` and several have it."""
    if isinstance(node.func, ast.Name) and node.func.id in scope.defined:
        check_arguments(node, scope.defined[node.func.id])
        return
    function = resolve(node.func, scope)
    if function is MISSING:
        return check_method(node, scope)
    if not callable(function):
        raise Unknown(f"{ast.unparse(node.func)} cannot be called")
    others: list[Any] = []
    if isinstance(node.func, ast.Name):
        others = [getattr(place, node.func.id, None) for place in places()]
    reasons = []
    for each in (function, *filter(callable, others)):
        try:
            return check_arguments(node, signature(each))
        except Unknown as reason:
            reasons.append(reason)
    raise reasons[0]


def check_order(node: ast.Call, scope: Scope) -> None:
    """A cell makes this call, if it could be made with its first two arguments swapped."""
    if len(node.args) < 2 or any(isinstance(a, ast.Starred) or is_ellipsis(a) for a in node.args):
        return
    first, second, *rest = node.args
    if ast.dump(first) == ast.dump(second) or positional(node) in scope.calls:
        return
    if literal(first) is MISSING and literal(second) is not MISSING:  # softmax(logits, 1)
        return
    swapped = ast.Call(node.func, [second, first, *rest], node.keywords)
    if not why_not(check_call, swapped, scope):
        raise Unknown(
            f"{positional(node)} could be called with its arguments swapped too, "
            "and no cell makes this call"
        )


def check_method(node: ast.Call, scope: Scope) -> None:
    """`logits.movedim(-1, 1)` fits the method of one kind of array, `nn.MSELoss()(z, y)` the
    class.
    """
    known: list[inspect.Signature | None] = []
    if isinstance(node.func, ast.Call):
        made = resolve(node.func.func, scope)
        if isinstance(made, type) and issubclass(made, module("torch.nn").Module):
            known = [bound_to_self(inspect.signature(inspect.getattr_static(made, "forward")))]
    elif isinstance(node.func, ast.Attribute):
        methods = [getattr(kind, node.func.attr, None) for kind in kinds()]
        for method in filter(callable, methods):
            several = "function::" in (method.__doc__ or "")  # the first line is one of many
            found = None if several else signature(method)
            known.append(found and bound_to_self(found))
    reasons = []
    for each in known:
        try:
            return check_arguments(node, each)
        except Unknown as reason:
            reasons.append(reason)
    if reasons:
        raise reasons[0]


def bound_to_self(known: inspect.Signature) -> inspect.Signature:
    return known.replace(parameters=[p for n, p in known.parameters.items() if n != "self"])


def check_arguments(node: ast.Call, known: inspect.Signature | None) -> None:
    """They bind, and no target stands where the logits belong."""
    if known is None or any(isinstance(a, ast.Starred) for a in node.args):
        return
    keywords = {k.arg: k.value for k in node.keywords if k.arg}
    name = ast.unparse(node.func)
    try:
        bound = known.bind_partial if has_ellipsis(node) else known.bind
        given = [a for a in node.args if not is_ellipsis(a)]
        arguments = bound(*given, **keywords).arguments
    except TypeError as error:
        raise Unknown(f"{name}{known}: {error}") from None
    for parameter, value in arguments.items():
        written = parameter == "reduction" and isinstance(value, ast.Constant)
        if written and literal(value) not in reductions():
            raise Unknown(f"{name} has no reduction {ast.unparse(value)}")
        if not isinstance(value, ast.Name) or value.id == parameter:
            continue
        swapped = value.id in known.parameters or any(
            parameter in one and value.id in other
            for one, other in ((LIKE_INPUT, LIKE_TARGET), (LIKE_TARGET, LIKE_INPUT))
        )
        if swapped and not is_synonym(value.id, parameter):
            raise Unknown(f"{name} takes {parameter} where {value.id} stands")


def is_synonym(one: str, other: str) -> bool:
    return any({one, other} <= group for group in (LIKE_INPUT, LIKE_TARGET))


def is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def has_ellipsis(node: ast.Call) -> bool:
    return any(is_ellipsis(a) for a in node.args)


def check_names(tree: ast.AST, scope: Scope, own: frozenset[str] = frozenset()) -> None:
    """Every name and call of a piece of Python; `own` are names that need no meaning."""
    parameters = scope.parameters()
    bound = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and is_stored(n)}
    known = own | bound
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in known and node.id not in parameters:
            resolve(node, scope)
        elif isinstance(node, ast.Attribute) and not set(roots(node)) & known:
            if not set(roots(node)) & set(parameters) - set(scope.imported) - set(ALIASES):
                resolve(node, scope)
        elif isinstance(node, ast.Call) and not set(roots(node.func)) & known:
            check_call(node, scope)
            if not own & {ast.unparse(node)}:
                check_order(node, scope)


def is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def roots(node: ast.expr) -> list[str]:
    while isinstance(node, ast.Attribute):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def check_keyword(name: str, value: ast.expr, span: Span, scope: Scope) -> None:
    """`reduction='sum'` is what the nearest cells pass, or is called the default."""
    known = scope.parameters()
    if name not in known:
        raise Unknown(f"no function that the chapter mentions has a parameter {name}")
    wanted = literal(value)
    if wanted is MISSING:
        return
    unknown = (inspect.Parameter.empty, MISSING)
    defaults = [each for each in known[name] if not any(each is other for other in unknown)]
    is_default = any(same(wanted, each) for each in defaults)
    if is_default and (span.line.startswith("|") or re.search(r"\bdefault", span.line, re.I)):
        return
    near = everywhere = scope.passed.get(name, [])
    where = "the cells pass"
    if here := [each for each in everywhere if each.heading == span.heading]:
        near, where = here, "the cells under this heading pass"
    if any(equal(wanted, each.value) and (each.written or not is_default) for each in near):
        return
    passed = f"{where} {listed(each.value for each in near)}" if near else "no cell passes it"
    if is_default:
        raise Unknown(
            f"this is a default, its line does not say so, and {passed}; "
            "write “default” into the line, or another value, or let a cell pass this one"
        )
    raise Unknown(
        f"the default of {name} is {listed(defaults)}, and {passed}; let one pass {wanted!r}"
    )


def listed(values: Iterable[Any]) -> str:
    return ", ".join(sorted({repr(each) for each in values})) or "none"


def equal(a: Any, b: Any) -> bool:
    """As `same`, but 10 is 10.0."""
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (a, b))
    return bool(a == b) if numbers else same(a, b)


def tables(source: Source, scope: Scope) -> Iterator[str]:
    """A table whose rows are arguments, some with defaults, is the signature of one function."""
    for part in source.of("prose"):
        for table in TABLE.finditer(part.text):
            rows = FIRST_COLUMN.findall(table[0])
            if not any(default for _, default in rows):
                continue
            if not any(has_arguments(function, rows) for function in scope.mentioned):
                shown = ", ".join(f"{name}={value}" if value else name for name, value in rows)
                place = source.place(part, table.start())
                yield f"{place}: no function that the chapter mentions has ({shown})"


def has_arguments(function: Any, rows: list[tuple[str, str]]) -> bool:
    known = signature(function)
    if known is None:
        return False
    for name, shown in rows:
        if name not in known.parameters:
            return False
        default = known.parameters[name].default
        if shown and not same(literal(ast.parse(shown.strip(), mode="eval").body), default):
            return False
    return True


def same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b


def check_span(span: Span, scope: Scope, root: Path) -> None:
    """Raise `Unknown` for a span that is not understood."""
    text = span.text
    if SHAPE.fullmatch(text) or keyword.iskeyword(text):
        return
    assignment = re.fullmatch(r"(\w+)=(?!=)(.+)", text)
    try:
        if assignment:
            value = ast.parse(assignment[2], mode="eval").body
            check_names(value, scope)
            return check_keyword(assignment[1], value, span, scope)
        tree = ast.parse(text.replace("…", "..."), mode="eval").body
    except SyntaxError:
        return check_file(text, root)
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        defaults = [d for each in scope.parameters().values() for d in each]
        strings = {*scope.strings, *reductions(), *(d for d in defaults if isinstance(d, str))}
        if tree.value not in strings:
            raise Unknown(f"no cell and no signature has the string {text}")
        return
    try:
        check_names(tree, scope)
    except Unknown:
        if (root / text).exists() or any(root.rglob(text) if "." in text else ()):
            return
        raise


def reductions() -> set[str]:
    from lossbook.checks import REDUCTIONS

    return {*REDUCTIONS, "batchmean"}


def check_file(text: str, root: Path) -> None:
    if target := re.fullmatch(r"make ([a-z-]+)(?: \w+=\w+)*", text):
        makefile = root / "Makefile"
        rules = makefile.read_text(encoding="utf-8") if makefile.exists() else ""
        if re.search(rf"^{target[1]}:", rules, re.MULTILINE):
            return
        raise Unknown(f"the Makefile has no {target[1]}")
    if re.fullmatch(r"[\w./-]+", text) and (root / text).exists():
        return
    raise Unknown("neither Python nor a file of the repository")


def chapter_problems(source: Source, checks: Checks, root: Path) -> Iterator[str]:
    """Every span and every block of Python that is not understood."""
    name = f"{checks.path.parent.name}/{checks.path.name}"
    scope, used = scope_of(source), set()
    for span in spans(source):
        if span.text in checks.code:
            used.add(span.text)
        elif reason := why_not(check_span, span, scope, root):
            place, text = span.place, span.text
            yield f"{place}: `{text}`: {reason}; if it is right, list it in CODE in {name}"
    yield from tables(source, scope)
    for part in source.of("block"):
        if part.language.strip() not in ("python", "py", "python3"):
            continue
        try:
            tree = ast.parse(part.text)
        except SyntaxError as error:
            yield f"{source.place(part)}: this is not Python: {error.msg} in line {error.lineno}"
            continue
        own = frozenset(checks.code)
        used |= own & {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        used |= own & {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        inner = replace(scope, defined=dict(scope.defined), imported=dict(scope.imported))
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                add_cell(inner, ast.unparse(node))
        for statement in tree.body:
            if reason := why_not(check_names, statement, inner, own):
                line = part.line + statement.lineno - 1
                yield f"{source.path.name}:{line}: {ast.unparse(statement)[:60]}: {reason}"
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and is_stored(node):
                    inner.defined.setdefault(node.id, None)
    for text in sorted(set(checks.code) - used):
        yield f"{name}: CODE lists `{text}`, which {source.path.name} does not contain"


def why_not(check: Callable[..., None], *arguments: Any) -> str:
    try:
        check(*arguments)
    except Unknown as reason:
        return str(reason)
    return ""


def count(root: Path = ROOT) -> int:
    return sum(len(list(spans(source))) for source in markdown.sources(root))


def problems(root: Path = ROOT) -> list[str]:
    found: list[str] = []
    for source in markdown.everything(root):
        found += chapter_problems(source, checks_of(source.path), root)
    return found


if __name__ == "__main__":
    sys.exit(verdict(problems()))
