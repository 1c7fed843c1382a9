"""The file of a recording: whole records, whatever happens to its writers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import GraphError, SinkError, SourceError
from sensegraph.recording.file import OPENING, Kind, RecordFile, RecordReader, create, head_of

BODIES = st.lists(st.binary(max_size=300), min_size=1, max_size=8)


def write(path: Path, bodies: list[bytes]) -> list[int]:
    """Make a recording of packets; return where each record ends."""
    path.unlink(missing_ok=True)
    file = create(path)
    ends = [len(OPENING)]
    for body in bodies:
        ends.append(ends[-1] + file.append(Kind.PACKET, body))
    file.close()
    return ends


def read(path: Path) -> tuple[list[bytes], RecordReader]:
    """Return the bodies that can be read, and the reader."""
    reader = RecordReader(path)
    return [reader.body(record) for record in reader.scan(Kind.PACKET)], reader


@given(bodies=BODIES, share=st.floats(0, 1))
def test_a_file_cut_anywhere_gives_its_whole_records(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], share: float
) -> None:
    """Up to the last one that is whole; what is torn is counted."""
    path = tmp_path_factory.getbasetemp() / "cut.sgr"
    ends = write(path, bodies)
    cut = len(OPENING) + round(share * (ends[-1] - len(OPENING)))
    path.write_bytes(path.read_bytes()[:cut])
    whole = sum(end <= cut for end in ends) - 1
    found, reader = read(path)
    assert found == bodies[:whole]
    assert reader.torn == cut - ends[whole]
    assert reader.torn_at == (ends[whole] if cut > ends[whole] else None)


@given(bodies=BODIES, share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_damaged_byte_costs_its_own_record_alone(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], share: float, bit: int
) -> None:
    """Those before and behind it are read."""
    path = tmp_path_factory.getbasetemp() / "bit.sgr"
    ends = write(path, bodies)
    at = len(OPENING) + int(share * (ends[-1] - len(OPENING)))
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)
    hit = next(i for i, end in enumerate(ends[1:]) if at < end)
    found, reader = read(path)
    assert found == bodies[:hit] + bodies[hit + 1 :]
    assert reader.torn_at == ends[hit]


def test_many_writers_leave_whole_records(tmp_path: Path) -> None:
    """Each appends with a file of its own, as processes do."""
    path = tmp_path / "many.sgr"
    create(path).close()

    def work(number: int) -> None:
        file = RecordFile(path)
        for _ in range(50):
            file.append(Kind.PACKET, bytes([number]) * 5000)
        file.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found, reader = read(path)
    assert sorted(found) == sorted(bytes([number]) * 5000 for number in range(4) for _ in range(50))
    assert reader.torn == 0


def test_a_record_that_claims_to_be_huge_is_damage(tmp_path: Path) -> None:
    """Nothing of that size is read or made."""
    path = tmp_path / "huge.sgr"
    body = b"whole"
    write(path, [body])
    head = head_of(Kind.PACKET, 0xFFFFFFFF, 0)
    path.write_bytes(OPENING + head + path.read_bytes()[len(OPENING) :])
    found, reader = read(path)
    assert found == [body]
    assert reader.torn == len(head)


def test_a_file_of_nothing_but_marks_ends(tmp_path: Path) -> None:
    """A hostile one cannot make the search sum up the file once for each of its marks."""
    path = tmp_path / "marks.sgr"
    length = 2 << 20
    head = head_of(Kind.PACKET, length, 1)
    path.write_bytes(OPENING + head * (3 * length // len(head)))
    assert read(path)[0] == []


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    """A recording is; a clip that was named by mistake is not."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a film")
    with pytest.raises(GraphError, match=r"clip\.mp4: is there and is no recording"):
        create(path)
    assert path.read_bytes() == b"a film"
    write(tmp_path / "old.sgr", [b"old"])
    create(tmp_path / "old.sgr").close()
    assert read(tmp_path / "old.sgr")[0] == []


def test_a_full_disk_is_told() -> None:
    """With the file, and what to do."""
    with pytest.raises(SinkError, match=r"/dev/full: cannot be written any more: [Nn]o space.*\n  Free space"):
        RecordFile("/dev/full").append(Kind.PACKET, b"x")


@pytest.mark.parametrize("content", [None, b"", b"text", OPENING[:-1]])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Also when it is not there at all."""
    path = tmp_path / "no.sgr"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"no\.sgr: "):
        RecordReader(path)
