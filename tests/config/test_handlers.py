"""Handlers are found, checked, and never mixed up between two APIs of one process."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from appsync_emu.config.handlers import HandlerRefusedError, Handlers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def modules_as_they_were() -> Iterator[None]:
    before, path = dict(sys.modules), list(sys.path)
    yield
    assert sys.path == path
    for name in sys.modules.keys() - before.keys():
        del sys.modules[name]
    sys.modules.update(before)


def write(folder: Path, **files: str) -> Handlers:
    """Files by dotted name: ``a__init__`` stands for ``a/__init__.py``."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/", 1) if "__" in name else name)
        path = path.with_name(f"{'__init__' if path.name == 'init' else path.name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
    return Handlers(folder)


def refused(handlers: Handlers, path: str) -> str:
    with pytest.raises(HandlerRefusedError) as info:
        handlers.find(path)
    return f"{info.value.message} | {info.value.remedy}"


def test_functions_of_every_kind(tmp_path):
    handlers = write(
        tmp_path,
        kinds_of="""
        import functools

        def plain(event, context): return 1
        async def waits(event, context): return 2
        def extra(event, context, *, more=3): return more
        def any_number(*arguments): return arguments
        def three(first, event, context): return first
        bound = functools.partial(three, 1)

        class Callable:
            async def __call__(self, event, context): return 4
            def method(self, event, context): return 5

        thing = Callable()
        """,
    )
    found = {
        name: handlers.find(f"kinds_of:{name}").is_async
        for name in ("plain", "waits", "extra", "any_number", "bound", "thing", "thing.method")
    }
    assert found == {
        "plain": False,
        "waits": True,
        "extra": False,
        "any_number": False,
        "bound": False,
        "thing": True,
        "thing.method": False,
    }
    handler = handlers.find("kinds_of:plain")
    assert handler.call({}, None) == 1
    assert handlers.find("kinds_of:plain") is handler


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("wrong_ones", '"wrong_ones" is not "module:function" | Write "package.module:function".'),
        ("a b:c", '"a b:c" is not "module:function" | Write "package.module:function".'),
        ("src/orders.place", 'is not "module:function" | Write "src.orders:place".'),
        ("./orders.place", 'is not "module:function" | Write "orders:place".'),
        ("wrong_ones:nothing", 'module "wrong_ones" has no function "nothing"'),
        ("wrong_ones:Thing.nothing", 'module "wrong_ones" has no function "Thing.nothing"'),
        (
            "wrong_ones:plaec",
            'has no function "plaec"; did you mean "place"? | Define it in wrong_o',
        ),
        ("wrong_ones:text", '"wrong_ones:text" is of type str and cannot be called'),
        ("wrong_ones:one", "does not take two arguments: its signature is (event)"),
        ("wrong_ones:named", "does not take two arguments: its signature is (*, event, context)"),
        ("wrong_ones:gives", "yields, so calling it runs nothing | Return the result instead."),
        ("wrong_ones:streams", "yields, so calling it runs nothing | Return the result instead."),
        ("wrong_one:place", 'there is no module "wrong_one"; did you mean "wrong_ones"?'),
        ("no_such_package.deep.er:place", 'there is no module "no_such_package.deep.er"'),
        ("wrong_ones.more:place", 'there is no module "wrong_ones.more"'),
        ("raises_it:x", 'importing module "raises_it" failed: ValueError: first line | Mend'),
        ("wordless_it:x", 'importing module "wordless_it" failed: ValueError | Mend'),
        ("exits_it:x", 'importing module "exits_it" failed: SystemExit: 3 | Mend'),
        ("syntax_it:x", 'importing module "syntax_it" failed: SyntaxError: '),
        ("needs_it:x", "failed: ModuleNotFoundError: No module named 'not_installed_here'"),
        ("json:place", '"json" is a module of Python itself | Give your module another name.'),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path, path, told):
    handlers = write(
        tmp_path,
        wrong_ones="""
        def place(event, context): pass
        def one(event): pass
        def named(*, event, context): pass
        def gives(event, context): yield
        async def streams(event, context): yield
        text = "x"
        class Thing: pass
        """,
        raises_it="raise ValueError('first line\\nsecond line')",
        wordless_it="raise ValueError",
        exits_it="import sys; sys.exit(3)",
        syntax_it="def broken(:",
        needs_it="import not_installed_here",
        json="def place(event, context): pass",
    )
    assert told in refused(handlers, path)


def test_a_folder_that_is_not_there(tmp_path):
    assert 'there is no module "handlers_x"' in refused(Handlers(tmp_path / "no"), "handlers_x:y")


def test_installed_modules_can_be_handlers(tmp_path):
    assert Handlers(tmp_path).find("operator:add").call(1, 2) == 3


def test_two_apis_with_modules_of_the_same_names(tmp_path):
    """Their siblings and submodules are told apart too, and state is not lost in between."""
    source = {
        "same_name": "import same_helper\ndef where(event, context): return same_helper.WHERE",
        "same_package__init": "",
        "same_package__deep": "from same_helper import WHERE\ndef where(e, c): return WHERE",
    }
    one = write(tmp_path / "one", same_helper="WHERE = 'one'", **source)
    two = write(tmp_path / "two", same_helper="WHERE = 'two'", **source)
    first = one.find("same_name:where")
    assert first.call({}, None) == "one"
    assert one.find("same_package.deep:where").call({}, None) == "one"
    state = sys.modules["same_helper"]

    assert two.find("same_name:where").call({}, None) == "two"
    assert two.find("same_package.deep:where").call({}, None) == "two"
    assert sys.modules["same_helper"].WHERE == "two"
    assert first.call({}, None) == "one"

    again = Handlers(tmp_path / "one").find("same_name:where")
    assert again.call is first.call
    assert sys.modules["same_helper"] is state


def test_namespace_packages_are_told_apart_too(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, spaced__deep=f"def where(e, c): return {name!r}")
    assert Handlers(tmp_path / "one").find("spaced.deep:where").call({}, None) == "one"
    assert Handlers(tmp_path / "two").find("spaced.deep:where").call({}, None) == "two"


def test_what_the_test_imported_is_what_runs(tmp_path, monkeypatch):
    handlers = write(tmp_path, seen_by_both="def place(event, context): pass")
    monkeypatch.syspath_prepend(str(tmp_path))
    import seen_by_both  # type: ignore[import-not-found]  # noqa: PLC0415 - written just now

    assert handlers.find("seen_by_both:place").call is seen_by_both.place


def test_modules_that_are_not_needed_stay_where_they_are(tmp_path):
    write(tmp_path / "one", other_name="").find("operator:add")
    one = Handlers(tmp_path / "one")
    one._import("other_name")
    stays = sys.modules["other_name"]
    two = write(tmp_path / "two", other_name="", own_name="def place(e, c): pass")
    two.find("own_name:place")
    assert sys.modules["other_name"] is stays


def test_a_folder_named_like_an_installed_package_replaces_nothing(tmp_path):
    """``graphql/`` often holds a schema."""
    import graphql  # noqa: PLC0415 - the package that must stay

    tmp_path.joinpath("graphql").mkdir()
    handlers = write(tmp_path, uses_graphql="import graphql\ndef place(e, c): return graphql")
    assert handlers.find("uses_graphql:place").call({}, None) is graphql
    assert sys.modules["graphql"] is graphql
