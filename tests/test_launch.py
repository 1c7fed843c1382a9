"""Starting a run, and what becomes of its summary."""

from __future__ import annotations

from sensegraph.launch import balanced
from sensegraph.summary import Snapshot, Summary
from sensegraph.transport.ledger import Ledger


def test_a_run_whose_account_does_not_balance_has_failed() -> None:
    """Packets that nobody can account for are told, whatever else went well."""
    ledger = Ledger(made=7, delivered=3, in_flight=1)
    ledger.dropped["replaced"] = 2
    summary = balanced(Summary(last=Snapshot(edges={"a.b>c.d": ledger.as_dict()})))
    assert summary.exit_code == 1
    assert summary.error.startswith("1 packets were neither delivered nor dropped")


def test_a_run_that_balances_is_left_alone() -> None:
    """As is the error of one that has failed already."""
    whole = Ledger(made=2, delivered=1, in_flight=1).as_dict()
    assert balanced(Summary(last=Snapshot(edges={"a.b>c.d": whole}))).exit_code == 0
    lost = Ledger(made=2).as_dict()
    assert balanced(Summary(3, "a node failed", last=Snapshot(edges={"a.b>c.d": lost}))).error == "a node failed"
