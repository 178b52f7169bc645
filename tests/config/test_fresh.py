"""Functions that empty what handlers keep in memory."""

from __future__ import annotations

import pytest
from api_files import loaded, messages

HANDLERS = """
KEPT = ["something"]

def empty():
    KEPT.clear()

def optional(everything=True):
    KEPT.append("more")

def handler(event, context):
    return None

async def later():
    return None

built_in = KEPT.clear
hidden = type
"""


def test_none_one_and_several(tmp_path):
    assert loaded(tmp_path, handlers=HANDLERS).fresh == ()
    [empty] = loaded(tmp_path, handlers=HANDLERS, fresh="handlers:empty").fresh
    several = loaded(tmp_path, handlers=HANDLERS, fresh=["handlers:empty", "handlers:optional"])
    assert [call.__name__ for call in several.fresh] == ["empty", "optional"]
    assert empty() is None


def test_built_in_functions(tmp_path):
    [clear] = loaded(tmp_path, handlers=HANDLERS, fresh="handlers:built_in").fresh
    clear()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("handlers:handler", '"fresh": "handlers:handler" cannot be called without arguments'),
        ("handlers:later", '"fresh": "handlers:later" is async, and nobody would await it'),
        ("handlers:KEPT", '"fresh": "handlers:KEPT" is of type list and cannot be called'),
    ],
)
def test_what_cannot_be_called_so(tmp_path, path, message):
    assert messages(tmp_path, handlers=HANDLERS, fresh=path) == [message]


def test_what_is_not_there(tmp_path):
    [message] = messages(tmp_path, handlers=HANDLERS, fresh="handlers:emty")
    assert message.startswith('"fresh": module "handlers" has no function "emty"')
