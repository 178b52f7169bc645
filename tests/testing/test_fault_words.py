"""The keywords that an editor offers are those that ``fault`` reads."""

from __future__ import annotations

import re
import typing

from appsync_emu.core.faults.match import MATCH_WORDS
from appsync_emu.testing.fault_words import FaultWords
from appsync_emu.testing.faults import EFFECT_WORDS, STRIKE_WORDS


def test_every_word_is_typed_and_described():
    own = {word for words in EFFECT_WORDS.values() for word in words}
    words = {"at", "name", *MATCH_WORDS, *STRIKE_WORDS, *own}
    assert set(FaultWords.__annotations__) == words
    told = set(re.findall(r"^ +(\w+): ", FaultWords.__doc__, re.MULTILINE))
    assert words - told == set()
    assert not typing.cast("frozenset[str]", FaultWords.__required_keys__)
