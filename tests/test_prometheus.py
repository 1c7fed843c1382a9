"""The figures of a run for Prometheus."""

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest

from sensegraph.errors import SensegraphError, TransportError
from sensegraph.prometheus import page, server
from tests.test_readings import shot

LINE = re.compile(r'^(# (HELP|TYPE) .+|[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? -?[0-9.e+-]+)$')


def full(**changes: Any) -> dict[str, Any]:
    """Return a snapshot with all that a worker tells."""
    state = shot(2.0, 50, 40, dropped=3)
    state["nodes"]["cam"] |= {"busy_s": 0.0} | changes
    return state


def test_every_line_of_the_page_is_of_the_text_format() -> None:
    """Whatever the graph is called."""
    text = page('odd "name"\n', full())
    assert all(LINE.match(line) for line in text.splitlines())
    assert 'sensegraph_edge_dropped_total{graph="odd \\"name\\"\\n",edge="cam.frames>a.b",reason="replaced"} 3' in text


def test_a_figure_that_is_not_known_is_left_out() -> None:
    """It is no zero."""
    assert "resident" in page("g", full())
    assert "sensegraph_node_resident_memory_bytes{" not in page("g", full(rss_bytes=None))


@pytest.fixture
def state() -> dict[str, Any]:
    """Return what the run says."""
    return full()


def fetch(port: int, path: str) -> tuple[int, str]:
    """Return status and text of a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_the_page_is_served_on_loopback_and_nothing_else_is(state: dict[str, Any]) -> None:
    """A run that has ended is told as 503."""
    gone: list[bool] = []

    def read() -> Mapping[str, Any]:
        if gone:
            raise TransportError("the run has ended")
        return state

    with server("g", read, 0) as metrics:
        assert metrics.server_address[0] == "127.0.0.1"
        threading.Thread(target=metrics.serve_forever, daemon=True).start()
        port = metrics.server_address[1]
        assert fetch(port, "/metrics") == (200, page("g", state))
        assert fetch(port, "/../etc/passwd")[0] == 404
        gone.append(True)
        assert fetch(port, "/metrics")[0] == 503
        with pytest.raises(SensegraphError, match="Choose another port"):
            server("g", read, port)
        metrics.shutdown()
