"""What ``graph/loose.py`` promises."""

from appsync_emu.graph import loose


def test_names():
    assert loose.__all__ == ["Kind", "Value"]
