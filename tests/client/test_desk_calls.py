"""What the client sends about the books and the desk itself."""

import msgspec
import pytest

from tidegate.client import UsageError, desk_calls


def test_credentials_go_to_their_account_and_may_be_sent_again() -> None:
    call = desk_calls.replace_credentials("main/eu", api_key="k", secret="s", passphrase=None)
    assert (call.method, call.path) == ("PUT", "/api/v1/accounts/main%2Feu/credentials")
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {"api_key": "k", "secret": "s"}
    assert call.repeatable


@pytest.mark.parametrize("account_id", ["", ".", ".."])
def test_credentials_never_leave_for_another_path(account_id: str) -> None:
    with pytest.raises(UsageError, match="account id"):
        desk_calls.replace_credentials(account_id, api_key="k", secret="s", passphrase=None)


def test_additions_are_not_repeatable() -> None:
    assert not desk_calls.add_user("alice", name="Alice", role="trader").repeatable
    assert not desk_calls.issue_token("alice", label="bot").repeatable


def test_positions_may_be_anothers() -> None:
    assert desk_calls.positions(None).query == {}
    assert desk_calls.positions("bob").query == {"user_id": "bob"}


def test_corrections_are_set_all_at_once() -> None:
    call = desk_calls.set_corrections(adjust_to_grid=True, reprice_post_only=False)
    assert (call.method, call.path) == ("PUT", "/api/v1/corrections")
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {"adjust_to_grid": True, "reprice_post_only": False}


def test_breaks_are_listed_by_filter() -> None:
    call = desk_calls.breaks({"open": False, "account": "main", "kind": "balance"})
    assert call.query == {"open": "false", "account": "main", "kind": "balance"}


def test_a_break_is_resolved_by_its_id_whatever_is_in_it() -> None:
    call = desk_calls.resolve_break("main|balance|USDT (futures)", accept=True, message="theirs", owner_id=None)
    assert call.path == "/api/v1/reconciliation/breaks/main%7Cbalance%7CUSDT%20%28futures%29/resolve"
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {"accept": True, "message": "theirs"}
    with pytest.raises(UsageError, match="break id"):
        desk_calls.resolve_break("", accept=True, message="theirs", owner_id=None)
