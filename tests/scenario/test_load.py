"""Loading whole scenario files: good ones, wrong ones with their exact texts, and mutated ones."""

from __future__ import annotations

import time
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from appsync_emu.core.comparisons import Comparison
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.scenario.load import BYTES_MAX, find, load
from appsync_emu.scenario.model import Scenario, Send

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"
WRONG = sorted((FIXTURES / "bad").glob("*.yaml"))
GOOD = sorted((FIXTURES / "good").glob("*.appsync.yaml"))
GOOD_TEXTS = [path.read_text("utf-8") for path in GOOD]


def mistakes_of(text: str | bytes, tmp_path) -> list[str]:
    path = tmp_path / "x.appsync.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UsageError) as info:
        load(path)
    return [mistake.message for mistake in info.value.mistakes]


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_files_say_exactly_what_is_wrong(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    with pytest.raises(UsageError) as info:
        load(path.name)
    assert f"{info.value}\n" == path.with_suffix(".expected.txt").read_text("utf-8")
    assert all(mistake.file and mistake.line for mistake in info.value.mistakes)


def test_the_corpus_is_whole():
    texts = (FIXTURES / "bad").glob("*.expected.txt")
    expected = {path.name.removesuffix(".expected.txt") for path in texts}
    assert expected == {path.stem for path in WRONG}
    assert len(WRONG) >= 60


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_good_files_load_the_same_twice(path):
    assert load(path) == load(str(path))


def test_the_annotated_example():
    """The example that the documentation explains."""
    scenario = load(FIXTURES / "good" / "annotated.appsync.yaml")
    assert scenario.tags == ("retry", "deadletter", "ci")
    assert scenario.api.handlers == "shop.handlers:registry"
    assert scenario.bury_business is True
    assert (scenario.start_ns, scenario.give_up_after_s) == (1_893_456_000 * 10**9, 7200.0)
    assert scenario.seeds.all == (*range(1, 26), 4242)
    assert [item.fault.fault_id for item in scenario.faults] == [
        "payment-resets",
        "charged-but-answer-lost",
        "table-throttles",
        "bad-card",
        "twice",
        "worker-dies",
        "deadletter-store-down",
        "socket-drop",
    ]
    assert scenario.faults[0].fault.match.input == {"total": Comparison("above", 100)}
    assert all(item.armed for item in scenario.faults)
    bulk = scenario.steps[5]
    assert isinstance(bulk, Send)
    assert (bulk.repeat, bulk.every_s, bulk.input["orderId"]) == (40, 5.0, "bulk-{n}")
    assert scenario.calm
    assert scenario.calm_expect is None
    assert scenario.raw["title"] == scenario.title


def test_a_fault_that_a_step_arms_is_not_armed_before():
    scenario = load(FIXTURES / "good" / "everything.appsync.yaml")
    assert [item.fault.fault_id for item in scenario.faults if not item.armed] == ["lost"]


def test_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as info:
        load("x.appsync.yaml")
    assert str(info.value) == (
        "x.appsync.yaml: there is no such file\n    Name a scenario file (*.appsync.yaml)."
    )


def test_a_path_that_no_file_can_have():
    with pytest.raises(UsageError, match="cannot be read"):
        load("x\0.appsync.yaml")


def test_a_file_that_is_too_large(tmp_path):
    large = b"scenario: 1\n" + b"#" * BYTES_MAX
    assert mistakes_of(large, tmp_path) == [f"the file is larger than {BYTES_MAX} bytes"]


def test_a_file_that_is_not_utf_8(tmp_path):
    assert mistakes_of(b"scenario: 1\ntitle: \xff\n", tmp_path) == ["the file is not UTF-8"]


def test_lists_are_bounded(tmp_path):
    steps = "  - settle: {}\n" * 1001
    faults = "".join(
        f"  - {{id: f-{number}, point: data, effect: {{hang: true}}}}\n" for number in range(201)
    )
    text = f"scenario: 1\ntitle: x\nfaults:\n{faults}steps:\n{steps}"
    assert mistakes_of(text, tmp_path) == ["there are 201 faults", "there are 1001 steps"]


def test_files_are_found_sorted_and_once(tmp_path):
    for name in ("b/two.appsync.yaml", "a/one.appsync.yaml", "a/.hidden/no.appsync.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "a" / "appsync.yaml").write_text("")
    other = tmp_path / "any-name.yaml"
    other.write_text("")
    found = find([tmp_path, tmp_path / "a", str(other)])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "a/one.appsync.yaml",
        "any-name.yaml",
        "b/two.appsync.yaml",
    ]


def test_what_is_named_must_be_there(tmp_path):
    with pytest.raises(UsageError) as info:
        find([tmp_path, tmp_path / "x", tmp_path / "y"])
    assert [mistake.message for mistake in info.value.mistakes] == [
        "there is no such file or folder"
    ] * 2


WORDS = [
    "~",
    "''",
    "[]",
    "{}",
    "-1",
    "0",
    "1e9",
    "5s",
    "90",
    "true",
    "false",
    "all",
    "order",
    "{in: [a]}",
    "{above: x}",
    "{matches: '['}",
    "{matches: '[[a]'}",
    '"{n}"',
    '"{x}"',
    "{n}",
    "2030-01-01",
    "1:30",
    "[[x]]",
    "{x: y}",
    "network.reset",
    "!!set {a}",
    "&a b",
    "*a",
    "| \n",
    "\x07",
    "99999999999999999999",
    "{uniform: [1s]}",
    "80%",
    "\u2028",
]
ANY_TEXT = st.one_of(st.sampled_from(WORDS), st.text(max_size=12))


@st.composite
def mutated(draw) -> str:
    """A good file with some of its lines and values changed."""
    lines = draw(st.sampled_from(GOOD_TEXTS)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        match draw(st.sampled_from(["drop", "twice", "swap", "indent", "value", "value", "cut"])):
            case "drop" if len(lines) > 1:
                del lines[place]
            case "twice":
                lines.insert(place, line)
            case "swap":
                lines[place], lines[other] = lines[other], line
            case "indent":
                lines[place] = " " * draw(st.integers(0, 6)) + line.lstrip()
            case "value":
                parts = line.split(": ")
                part = draw(st.integers(0, len(parts) - 1))
                head, comma, _ = parts[part].rpartition(",")
                parts[part] = draw(ANY_TEXT) + (comma + parts[part][len(head) + 1 :])
                lines[place] = ": ".join(parts)
            case _:
                lines[place] = line[: draw(st.integers(0, len(line)))]
    return "\n".join(lines)


def answers_well(path: Path, content: bytes) -> None:
    """It loads, or says what is wrong and where; and it does not take long."""
    path.write_bytes(content)
    start = time.process_time()
    mistakes: tuple[Mistake, ...] = ()
    try:
        assert isinstance(load(path), Scenario)
    except UsageError as error:
        mistakes = tuple(error.mistakes) or (Mistake(message=""),)
    assert all(mistake.line > 0 and mistake.message for mistake in mistakes)
    assert time.process_time() - start < 1


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=mutated())
def test_mutated_files_are_answered_well(text, tmp_path):
    answers_well(tmp_path / "x.appsync.yaml", text.encode("utf-8", "surrogatepass"))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.binary(max_size=60), text=st.sampled_from(GOOD_TEXTS), place=st.integers(0, 5000))
def test_random_bytes_are_answered_well(content, text, place, tmp_path):
    whole = text.encode()
    answers_well(tmp_path / "x.appsync.yaml", whole[:place] + content + whole[place:])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "{in: [", "{contains: "])
@pytest.mark.parametrize("depth", [10, 50, 5000])
def test_deep_nesting_is_answered_well(opening, depth, tmp_path):
    head = "scenario: 1\ntitle: x\nsteps:\n  - query: {field: order, expect: "
    closing = {"[": "]", "{": "}"}
    end = "".join(closing.get(sign, "") for sign in reversed(opening)) * depth
    text = f"{head}{opening * depth}1{end}}}\n"
    answers_well(tmp_path / "x.appsync.yaml", text.encode())


def test_a_file_full_of_mistakes_does_not_take_long(tmp_path):
    sends = "".join(f"  - send: {{label: l{n}, command: placeOrder}}\n" for n in range(500))
    others = "".join(f"  - redrive: {{label: wrong{n}}}\n" for n in range(500))
    answers_well(
        tmp_path / "x.appsync.yaml", f"scenario: 1\ntitle: x\nsteps:\n{sends}{others}".encode()
    )
    keys = "".join(f"key{n}: 1\n" for n in range(5000))
    answers_well(tmp_path / "x.appsync.yaml", f"scenario: 1\n{keys}".encode())
