"""The figures of a run for Prometheus, on a page of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sensegraph.errors import RunError, TransportError

HOST = "127.0.0.1"

NODE_METRICS = {
    "packets": ("counter", "packets_total", "Sets processed, or packets read by a source."),
    "cpu_s": ("counter", "cpu_seconds_total", "CPU time of the node's loop."),
    "restarts": ("counter", "restarts_total", "Restarts of the node's process within the last minute."),
    "rss_bytes": ("gauge", "resident_memory_bytes", "Resident memory of the node's process."),
    "busy_s": ("gauge", "busy_seconds", "How long the present call of the node has lasted."),
}
EDGE_METRICS = {
    "made": ("counter", "made_total", "Packets that the producer wrote."),
    "delivered": ("counter", "delivered_total", "Packets that the consumer has finished."),
    "in_flight": ("gauge", "in_flight", "Packets that wait or are being worked on."),
}


def page(graph: str, shot: Mapping[str, Any]) -> str:
    """Return a snapshot in the text format of Prometheus, version 0.0.4."""
    lines = []
    for key, (kind, name, doc) in NODE_METRICS.items():
        lines += [f"# HELP sensegraph_node_{name} {doc}", f"# TYPE sensegraph_node_{name} {kind}"]
        for node, figures in shot["nodes"].items():
            if figures.get(key) is not None:
                lines.append(f"sensegraph_node_{name}{_labels(graph=graph, node=node)} {figures[key]}")
    for name, keys in {"call": ("ms_p50", "ms_p95"), "age": ("age_ms_p50", "age_ms_p95")}.items():
        lines.append(f"# TYPE sensegraph_node_{name}_seconds gauge")
        for node, figures in shot["nodes"].items():
            for key, quantile in zip(keys, ("0.5", "0.95"), strict=True):
                labels = _labels(graph=graph, node=node, quantile=quantile)
                lines.append(f"sensegraph_node_{name}_seconds{labels} {figures[key] / 1e3:.6f}")
    for key, (kind, name, doc) in EDGE_METRICS.items():
        lines += [f"# HELP sensegraph_edge_{name} {doc}", f"# TYPE sensegraph_edge_{name} {kind}"]
        lines += [f"sensegraph_edge_{name}{_labels(graph=graph, edge=e)} {f[key]}" for e, f in shot["edges"].items()]
    lines.append("# TYPE sensegraph_edge_dropped_total counter")
    for edge, figures in shot["edges"].items():
        for reason, count in figures["dropped"].items():
            lines.append(f"sensegraph_edge_dropped_total{_labels(graph=graph, edge=edge, reason=reason)} {count}")
    return "\n".join(lines) + "\n"


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items()) + "}"


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def server(graph: str, read: Callable[[], Mapping[str, Any]], port: int) -> ThreadingHTTPServer:
    """Return a server of `/metrics` on loopback, not yet serving.

    Args:
        graph: Name of the run's graph, a label of every figure.
        read: Returns the state of the run; a `TransportError` of it is told as 503.
        port: 0 takes any that is free.

    Raises:
        RunError: The port is taken.
    """

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a request."""
            if self.path != "/metrics":
                self.send_error(404, "only /metrics is here")
                return
            try:
                body = page(graph, read()).encode()
            except TransportError as error:
                self.send_error(503, str(error).partition("\n")[0])
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet: a page that is asked for every few seconds is no news."""

    try:
        return ThreadingHTTPServer((HOST, port), Metrics)
    except OSError as error:
        raise RunError(f"{HOST}:{port} cannot be served: {error.strerror}\n  Choose another port.") from error
