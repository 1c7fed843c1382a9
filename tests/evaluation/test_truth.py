"""Truth files: what is read, and everything that is told about a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.evaluation.truth import LARGEST_BYTES, Segment, TruthError, by_file, read_truth

HEADER = "file,start_s,end_s,label,reps,also_ok\n"
KNOWN = ("Squats", "Jumping Jacks", "Lunges (alternating)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two videos."""
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b, c.mp4").touch()
    return tmp_path


def read(folder: Path, content: str | bytes, known: tuple[str, ...] = KNOWN) -> list[Segment]:
    """Save a truth file and read it."""
    path = folder / "truth.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_truth(path, known)


def told(folder: Path, content: str | bytes) -> list[str]:
    """Return what is wrong with a truth file: line and text, with the remedy."""
    with pytest.raises(TruthError) as error:
        read(folder, content)
    assert error.value.exit_code == 2
    return [f"{p.where.removeprefix(str(folder))} {p.what} {p.remedy}" for p in error.value.problems]


def test_rows_are_read_in_the_order_of_files_and_times(folder: Path) -> None:
    """With alternatives, near relatives and a comma in a quoted name."""
    rows = 'a.mp4,5,9.5,Squats|Jumping Jacks,4\n"b, c.mp4",0,2,none,,Squats|Jumping Jacks\na.mp4,0,5,none,0\n'
    first, second, third = read(folder, HEADER + rows)
    assert (first.file, first.start_s, first.end_s, first.labels, first.reps) == ("a.mp4", 0.0, 5.0, (), 0)
    assert (second.labels, second.reps, second.line) == (("Squats", "Jumping Jacks"), 4, 2)
    assert (third.path, third.reps, third.also_ok) == (folder / "b, c.mp4", None, {"Squats", "Jumping Jacks"})
    assert list(by_file([first, second, third])) == ["a.mp4", "b, c.mp4"]


@pytest.mark.parametrize(
    "content",
    [
        "file,start_s,end_s,label,reps\na.mp4,0,1,Squats,1\n",
        "\ufefffile,start_s,end_s,label,reps\r\na.mp4,0,1,Squats,1\r\n",
        "Label, reps ,file,end_s,start_s,note\n\nSquats, 1 , a.mp4 ,1,0,seen twice",
        'file,start_s,end_s,label,reps\n"a.mp4","0","1","Squats","1"\n,,,,\n',
    ],
    ids=["plain", "as a spreadsheet saves it", "other columns, spaces, an empty line", "quotes, empty cells"],
)
def test_the_same_row_may_be_written_in_many_ways(folder: Path, content: str) -> None:
    """Byte-order mark, line ends, order and case of the columns, further columns, spaces, quotes."""
    (only,) = read(folder, content)
    assert (only.file, only.start_s, only.end_s, only.labels, only.reps) == ("a.mp4", 0.0, 1.0, ("Squats",), 1)


def test_a_state_is_a_negative_that_says_which() -> None:
    """`Doing nothing` may be the truth, and nothing may be named there."""
    assert Segment("a", Path("a"), 0, 1, ("Doing nothing",)).negative
    assert not Segment("a", Path("a"), 0, 1, ("Doing nothing", "Squats")).negative


def test_any_label_is_taken_where_the_graph_tells_none(folder: Path) -> None:
    """A head of somebody else has no list of labels."""
    assert read(folder, HEADER + "a.mp4,0,1,Handstand,1\n", known=())[0].labels == ("Handstand",)


BAD = {
    "no number": ("a.mp4,zero,1,Squats,1", "start_s 'zero' is not a number"),
    "not finite": ("a.mp4,0,inf,Squats,1", "end_s 'inf' is not a number"),
    "nothing": ("a.mp4,,1,Squats,1", "start_s '' is not a number"),
    "negative": ("a.mp4,-1,1,Squats,1", "start_s -1 is before the start of the file"),
    "end before start": ("a.mp4,2,1,Squats,1", "end_s 1 is not after start_s 2"),
    "no length": ("a.mp4,1,1,Squats,1", "end_s 1 is not after start_s 1"),
    "unknown label": ("a.mp4,0,1,Squat,1", "label 'Squat' is no label of this graph Did you mean 'Squats'?"),
    "one of two unknown": ("a.mp4,0,1,Squats|Sqats,1", "label 'Sqats' is no label of this graph Did you mean"),
    "far from all": ("a.mp4,0,1,Swimming,1", "It knows Jumping Jacks, Lunges (alternating), Squats."),
    "unknown relative": ("a.mp4,0,1,none,0,Squat", "also_ok 'Squat' is no label of this graph"),
    "no label": ("a.mp4,0,1,,1", "label is empty"),
    "none or": ("a.mp4,0,1,none|Squats,0", "'none' is no alternative"),
    "missing file": ("a.mp5,0,1,Squats,1", "there is no file 'a.mp5'"),
    "nearest file": ("a.mp5,0,1,Squats,1", "Did you mean 'a.mp4'?"),
    "no file": (",0,1,Squats,1", "file is empty"),
    "reps in words": ("a.mp4,0,1,Squats,five", "reps 'five' is not a whole number"),
    "half a rep": ("a.mp4,0,1,Squats,1.5", "reps '1.5' is not a whole number"),
    "fewer than none": ("a.mp4,0,1,Squats,-1", "reps '-1' is not a whole number"),
    "reps of nothing": ("a.mp4,0,1,none,3", "3 repetitions of 'none'"),
    "a cell too many": ("a.mp4,0,1,Lunges, alternating,1,,", "has 8 cells, but the header has 6"),
    "an open quote": ('"a.mp4,0,1,Squats,1', "is not CSV"),
}


@pytest.mark.parametrize(("row", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_told_with_its_line(folder: Path, row: str, said: str) -> None:
    """And nothing else is told."""
    (only,) = told(folder, f"{HEADER}a.mp4,10,11,Squats,1\n{row}\n")
    assert only.startswith("/truth.csv:3 ")
    assert said in only


HEADERS = {
    "missing": ("file,start_s,label\n", "the columns end_s, reps are missing"),
    "a slip": ("file,start_s,end_s,lable,reps\n", "there is no column 'lable' Did you mean 'label'?"),
    "a slip in what may be left out": (HEADER.replace("also_ok", "also-ok"), "Did you mean 'also_ok'?"),
    "twice": ("file,start_s,end_s,label,reps,file\n", "there are two columns 'file'"),
    "semicolons": (HEADER.replace(",", ";"), "separated by commas"),
    "no header": ("a.mp4,0,1,Squats,1\n", "the columns file, start_s, end_s, label, reps are missing"),
}


@pytest.mark.parametrize(("header", "said"), HEADERS.values(), ids=HEADERS.keys())
def test_a_bad_header_is_told_and_rows_are_not_read(folder: Path, header: str, said: str) -> None:
    """A row below cannot be understood."""
    problems = told(folder, f"{header}a.mp4,zero,1,Squats,1\n")
    assert any(said in each for each in problems)
    assert all(each.startswith("/truth.csv:1 ") for each in problems)


def test_everything_is_told_at_once_in_the_order_of_the_lines(folder: Path) -> None:
    """Also two problems of one row, and overlaps."""
    rows = "a.mp4,0,5,Squats,2\nc.mp4,x,1,Squats,1\na.mp4,4,6,none,0\na.mp4,1,2,none,y\n"
    problems = told(folder, HEADER + rows)
    assert [each.split()[0].rpartition(":")[2] for each in problems] == ["3", "3", "4", "5"]
    assert "overlaps line 2" in problems[2]


def test_a_segment_inside_an_earlier_one_is_an_overlap_and_touching_is_none(folder: Path) -> None:
    """Whatever the order of the rows, and per file."""
    inside = "a.mp4,2,3,none,0\na.mp4,4,5,none,0\na.mp4,0,9,Squats,1\n"
    assert [each.split()[0] for each in told(folder, HEADER + inside)] == ["/truth.csv:2", "/truth.csv:3"]
    assert len(read(folder, HEADER + 'a.mp4,0,4,Squats,1\na.mp4,4,5,none,0\n"b, c.mp4",3,5,none,0\n')) == 3


FILES = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n\n  \n", "the file is empty"),
    "only a header": (HEADER.encode(), "has no rows"),
    "not UTF-8": (HEADER.encode() + b"a.mp4,0,1,Squats,1\n\xff,0,1,none,0\n", ":3 is not UTF-8"),
    "too large": (b"x" * (LARGEST_BYTES + 1), "is larger than 16 MiB"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "is not UTF-8"),
    "a NUL": (HEADER.encode() + b"a\0.mp4,0,1,Squats,1\n", "truth.csv:2"),
}


@pytest.mark.parametrize(("content", "said"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_no_truth_is_told(folder: Path, content: bytes, said: str) -> None:
    """Once."""
    (only,) = told(folder, content)
    assert said in only


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    """One that is not there, with the nearest name, and a folder."""
    (folder / "truths.csv").touch()
    with pytest.raises(TruthError, match=r"there is no such file\n  Did you mean 'truths\.csv'"):
        read_truth(folder / "truth.csv")
    with pytest.raises(TruthError, match="is not a regular file"):
        read_truth(folder)


def test_the_truth_that_the_docs_show_can_be_read(tmp_path: Path) -> None:
    """Four rows, one of them an event and one a negative with relatives."""
    text = (Path(__file__).parents[2] / "docs" / "evaluating.md").read_text()
    shown = text.partition("```csv\n")[2].partition("```")[0]
    for name in ("squats.mp4", "kitchen.mp4", "wave.mp4"):
        (tmp_path / name).touch()
    segments = read(tmp_path, shown, known=())
    assert [each.title for each in segments] == ["Squats", "none", "none", "Swiping left|Swiping right"]
    assert segments[1].also_ok == {"Squat Jumps", "Floor Touches"}
    assert segments[3].reps is None
