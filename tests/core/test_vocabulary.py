"""Words are found as quickly as any attribute, and only those that there are."""

from enum import EnumType

import pytest

from tidegate.core import vocabulary

ENUMS = [found for found in vars(vocabulary).values() if isinstance(found, EnumType)]


@pytest.mark.parametrize("enum", ENUMS)
def test_every_member_is_a_plain_attribute_of_its_class(enum: EnumType) -> None:
    assert {name: vars(enum)[name] for name in enum.__members__} == enum.__members__
    assert not hasattr(EnumType, "__getattr__")


def test_a_word_that_is_none_is_not_found() -> None:
    with pytest.raises(AttributeError):
        vocabulary.Side.NEITHER  # type: ignore[attr-defined]  # noqa: B018  Looked up for what it raises.
