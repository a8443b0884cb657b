"""Ids that follow from an idempotency key."""

from datetime import UTC, datetime

from tidegate.core.identifiers import IdempotencyKey, UserId
from tidegate.core.records import User
from tidegate.core.vocabulary import Role
from tidegate.gateway.naming import named_by


def user(name: str) -> User:
    return User(user_id=UserId(name), name=name, role=Role.RISK, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_same_key_of_the_same_user_names_the_same() -> None:
    assert named_by(user("rita"), IdempotencyKey("k1")) == named_by(user("rita"), IdempotencyKey("k1"))


def test_another_key_or_another_user_names_another() -> None:
    names = {named_by(user(name), IdempotencyKey(key)) for name in ("rita", "rosa") for key in ("k1", "k2")}
    assert len(names) == 4


def test_a_name_has_the_shape_of_an_id_and_the_time_of_none() -> None:
    name = named_by(user("rita"), IdempotencyKey("k1"))
    assert (len(name), name[0]) == (26, "7")
    assert name.isalnum()
