"""Strict YAML: what is read, what is refused and where."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import GraphError, Problem
from sensegraph.strict_yaml import MAX_DEPTH, in_order, parse, parse_value

SCALARS = {
    "no": "no",
    "on": "on",
    "yes": "yes",
    "Null": "Null",
    "12:30:45": "12:30:45",
    "2026-11-24": "2026-11-24",
    "010": 10,
    "0o10": 8,
    "0x1F": 31,
    "1_000": "1_000",
    "true": True,
    "~": None,
    "1.5e3": 1500.0,
    "1e3": 1000.0,
    "'true'": "true",
    "18446744073709551615": 2**64 - 1,
}


@pytest.mark.fault(27)
@pytest.mark.parametrize(("text", "value"), SCALARS.items(), ids=SCALARS.keys())
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    """No word but true and false is a truth, no colon makes a time, no leading zero an octal number."""
    read = parse(f"a: {text}".encode(), "g").unwrap()["a"]
    assert (type(read), read) == (type(value), value)


REFUSED: dict[str, tuple[bytes, str]] = {
    "a tab": (b"a:\n\tb: 1\n", "g:2:1: "),
    "an open quote": (b"a: 'b\n", "g:2:1: "),
    "an open bracket": (b"a: [b\n", "g:2:1: "),
    "100,000 brackets": (b"a: " + b"[" * 100_000, f"g:1:67: nested deeper than {MAX_DEPTH} levels"),
    "an alias bomb": (b"a: &a [x, x]\nb: [*a, *a]\n", "g:1:4: anchors and aliases are not allowed"),
    "an alias of itself": (b"a: &a [*a]\n", "g:1:4: anchors and aliases are not allowed"),
    "a merge of an alias": (b"a: {<<: *a}\n", "g:1:9: anchors and aliases are not allowed"),
    "a duplicate key": (b"a: 1\nb: 2\na: 3\n", "g:3:1: the key 'a' is here twice, first at g:1:1"),
    "a duplicate quoted": (b"a: 1\n'a': 3\n", "g:2:1: the key 'a' is here twice"),
    "a key of brackets": (b"? [a]\n: 1\n", "g:1:3: a key must be a plain word"),
    "a tag": (b"a: !!python/object/apply:os.system ['true']\n", "g:1:4: the tag 'tag:yaml.org,2002:python/object"),
    "a plain tag": (b"a: ! 12\n", "g:1:4: the tag '!'"),
    "a second document": (b"a: 1\n---\na: 2\n", "g:2:1: a second document begins here"),
    "a control character": (b"a: 1\nb: 2\x01\n", "g:2:5: the character #x0001"),
    "half a character": (b'a: "\\ud800"\n', "g:1:4: a text holds half of a character"),
    "half a key": (b'"\\ud800": 1\n', "g:1:1: a key holds half of a character"),
    "beyond Unicode": (b'a: "\\U00110000"\n', "g: an escape or a directive holds a number out of range"),
    "a version of 5000 digits": (b"%YAML " + b"1" * 5000 + b".1\n---\na: 1\n", "g: an escape or a directive"),
    "latin-1": ("# caf\xe9 \xe9\na: \xe9".encode("latin-1"), "g:1:6: byte 5 is not UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "g:1:1: byte 0 is not UTF-8"),
    "binary": (bytes(range(256)), "g:"),
    "20 MB": (b"#" * 20_000_000, "g: the file is longer than 1 MiB"),
    "nothing": (b"", "g: the file is empty"),
    "a comment": (b"# hello\n", "g: the file is empty"),
    "not a number": (b"a: .nan\n", "g:1:4: '.nan' is not a finite number"),
    "infinity": (b"a: 1e999\n", "g:1:4: '1e999' is not a finite number"),
    "5000 digits": (b"a: " + b"9" * 5000, "g:1:4: a whole number of 5000 digits"),
    "more than 64 bits": (b"a: 18446744073709551616", "g:1:4: a whole number of 20 digits is too large"),
}


@pytest.mark.fault(27)
@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_strict_is_refused_with_place_and_remedy(data: bytes, said: str) -> None:
    """Nothing hostile is expanded, recursed into or guessed at."""
    with pytest.raises(GraphError) as caught:
        parse(data, "g")
    assert str(caught.value).startswith(said)
    assert all(problem.remedy for problem in caught.value.problems)


def test_all_bad_values_are_told_at_once() -> None:
    """Two numbers and a key that came twice are three problems."""
    with pytest.raises(GraphError) as caught:
        parse(b"a: .inf\nb: [.nan]\na: 1\n", "g")
    assert [problem.where for problem in caught.value.problems] == ["g:1:4", "g:2:5", "g:3:1"]


def test_a_byte_order_mark_is_skipped() -> None:
    """Editors on Windows write one."""
    assert parse(b"\xef\xbb\xbfa: 1\n", "g").unwrap() == {"a": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [("", ""), ("a: b #c", "a: b #c"), ("7", 7), ("[1, two]", [1, "two"]), ("'7'", "7"), ("{a: 1}", {"a": 1})],
)
def test_a_value_outside_of_a_file_needs_no_quotes(text: str, value: object) -> None:
    """Only brackets and quotes at its beginning mean YAML."""
    assert parse_value(text, "--set a.b") == value


@pytest.mark.parametrize("text", ["[1", ".nan", "[\udcff]", "{a: 1, a: 2}", "[*a]"])
def test_a_bad_value_outside_of_a_file_is_told_with_its_flag(text: str) -> None:
    """The flag stands where a file has its name."""
    with pytest.raises(GraphError, match=r"^--set a\.b"):
        parse_value(text, "--set a.b")


def test_problems_are_put_in_the_order_of_the_file() -> None:
    """By line and column as numbers; those without come first, and a name after the place does no harm."""
    places = ["g:10:1", "g:9:2: size", "--size", "g:9:10"]
    ordered = in_order(Problem(place, "wrong") for place in places)
    assert [each.where for each in ordered] == ["--size", "g:9:2: size", "g:9:10", "g:10:1"]


_texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=12)
_numbers = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
_data = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_texts, _data, max_size=4))
def test_plain_data_is_read_as_json_reads_it(data: dict[str, Any]) -> None:
    """JSON is YAML 1.2: what is written as JSON comes back the same, of the same types."""
    written = json.dumps(data, ensure_ascii=False)
    assert repr(parse(written.encode(), "g").unwrap()) == repr(json.loads(written))


@given(st.dictionaries(_texts, _texts | st.integers(0, 10**9) | st.booleans(), max_size=4))
def test_plain_data_is_read_as_plain_yaml(data: dict[str, Any]) -> None:
    """Where YAML 1.1 and 1.2 do not differ, the strict reader is PyYAML."""
    written = yaml.safe_dump(data, allow_unicode=True)
    assert parse(written.encode(), "g").unwrap() == data == yaml.safe_load(written)


@given(st.text(max_size=200) | st.text("&*!%@[]{}:,-?|>'\"# \n\\Ux019.a~", max_size=60))
def test_no_text_brings_anything_but_a_graph_error(text: str) -> None:
    """Whatever is read gives a tree or says what is wrong."""
    with contextlib.suppress(GraphError):
        parse(text.encode("utf-8", "surrogatepass"), "g")
