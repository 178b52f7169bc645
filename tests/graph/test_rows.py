"""What ``graph/rows.py`` promises."""

import pytest

from appsync_emu.graph.rows import maker


@pytest.mark.parametrize("size", range(1, 12))
def test_objects_have_their_keys_in_order(size):
    keys = tuple(f"key{number}" for number in range(size))
    rows = [tuple(range(size)), tuple(range(size, 2 * size))]
    made = maker(keys)(iter(rows))
    assert [list(item.items()) for item in made] == [
        list(zip(keys, row, strict=True)) for row in rows
    ]
    assert maker(keys)([]) == []
