"""Which API a scenario is run against."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from api_files import HANDLERS, SCHEMA

from appsync_emu.errors import UsageError
from appsync_emu.scenario.apis import api_for
from appsync_emu.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from appsync_emu.scenario.model import Scenario

CONFIG = """
name: shop
commands: {Mutation.placeOrder: [Place]}
components: {Place: {handler: "handlers:place"}}
"""
REGISTRY = """
from appsync_emu import Registry

registry = Registry()
emptied = []

@registry.component("Place", commands="placeOrder")
def place(event, context): ...

@registry.fresh
def empty():
    emptied.append(1)
"""


@pytest.fixture(autouse=True)
def modules_as_they_were() -> Iterator[None]:
    before = dict(sys.modules)
    yield
    for name in sys.modules.keys() - before.keys():
        del sys.modules[name]
    sys.modules.update(before)


def scenario(folder: Path, api: str = "", **files: str) -> Scenario:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    path = folder / "x.appsync.yaml"
    path.write_text(f"scenario: 1\ntitle: x\n{api}steps: [{{send: {{command: placeOrder}}}}]\n")
    return load(path)


def refused(found: Scenario) -> tuple[int, str]:
    with pytest.raises(UsageError) as info:
        api_for(found)
    [mistake] = info.value.mistakes
    assert mistake.file == found.path
    return mistake.line, mistake.message


def shop(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "appsync.yaml").write_text(CONFIG)
    (folder / "schema.graphql").write_text(SCHEMA)
    (folder / "handlers.py").write_text(HANDLERS)


@pytest.mark.parametrize("config", ["../shop", "../shop/appsync.yaml"])
def test_a_config(tmp_path, config):
    shop(tmp_path / "shop")
    api, schema = api_for(scenario(tmp_path / "tests", f"api: {{config: {config}}}\n"))
    assert api.name == "shop"
    assert schema.mutation_type == "Mutation"


def test_the_nearest_config(tmp_path, monkeypatch):
    shop(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert api_for(scenario(tmp_path / "a" / "b"))[0].name == "shop"


def test_no_config_at_all(tmp_path):
    line, message = refused(scenario(tmp_path))
    assert line == 2
    assert message.startswith("no API is named, and there is no appsync.yaml")


def test_a_config_that_is_not_there(tmp_path):
    line, message = refused(scenario(tmp_path, "api: {config: shop.yaml}\n"))
    assert (line, message.endswith('shop.yaml"')) == (3, True)


def test_a_registry(tmp_path):
    text = "api: {schema: '*.graphql', handlers: 'orders:registry'}\n"
    found = scenario(tmp_path, text, orders__py=REGISTRY, schema__graphql=SCHEMA)
    api, schema = api_for(found)
    assert list(api.components) == ["Place"]
    assert schema.has_field("Mutation.placeOrder")
    [empty] = api.fresh
    empty()
    assert sys.modules["orders"].emptied == [1]
    assert sys.path[0] != str(tmp_path)


@pytest.mark.parametrize(
    ("handlers", "message"),
    [
        ("nothing:registry", '"handlers" of "api": there is no module "nothing"'),
        ("orders:regis", 'has no registry "regis"'),
        ("orders:emptied", 'names "orders:emptied", which is of type list'),
    ],
)
def test_a_registry_that_cannot_be_used(tmp_path, handlers, message):
    text = f"api: {{schema: schema.graphql, handlers: '{handlers}'}}\n"
    found = scenario(tmp_path, text, orders__py=REGISTRY, schema__graphql=SCHEMA)
    line, said = refused(found)
    assert line == 3
    assert message in said


def test_a_schema_that_is_not_there(tmp_path):
    text = "api: {schema: schema.graphql, handlers: 'orders:registry'}\n"
    line, message = refused(scenario(tmp_path, text, orders__py=REGISTRY))
    assert line == 3
    assert message.startswith("there is no schema file")


def test_mistakes_of_the_registry_are_those_of_its_python_file(tmp_path):
    text = "api: {schema: schema.graphql, handlers: 'orders:registry'}\n"
    wrong = REGISTRY.replace("placeOrder", "placeOrdr")
    found = scenario(tmp_path, text, orders__py=wrong, schema__graphql=SCHEMA)
    with pytest.raises(UsageError) as info:
        api_for(found)
    [mistake] = info.value.mistakes
    assert (mistake.file.endswith("orders.py"), mistake.line) == (True, 7)
