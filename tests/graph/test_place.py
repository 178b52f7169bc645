"""What ``graph/place.py`` promises."""

from appsync_emu.graph.place import line_and_column, path_of, slash_path


def test_lines_end_with_lf_cr_or_both():
    for end in ("\n", "\r", "\r\n"):
        text = f"ab{end}cd"
        assert line_and_column(text, 0) == (1, 1)
        assert line_and_column(text, 1) == (1, 2)
        assert line_and_column(text, len(text) - 2) == (2, 1)
        assert line_and_column(text, len(text) - 1) == (2, 2)


def test_paths():
    place = (((None, "a", {}, True), 3, [], True), "b", {}, False)
    assert path_of(place) == ["a", 3, "b"]
    assert path_of(None) == []
    assert slash_path(place) == "/a[3]/b"
