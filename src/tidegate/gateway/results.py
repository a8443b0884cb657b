"""What handlers return: a view, a status and headers."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec

View = TypeVar("View")


class Result:
    """An answer that is no error."""

    __slots__ = ("headers", "status", "view")

    def __init__(self, view: object, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> None:
        self.view = view
        self.status = status
        self.headers = headers


class Download:
    """A file that is made while it leaves."""

    __slots__ = ("chunks", "media_type", "name")

    def __init__(self, chunks: AsyncIterator[bytes], media_type: str, name: str) -> None:
        self.chunks = chunks
        self.media_type = media_type
        self.name = name


class Items(msgspec.Struct, Generic[View]):
    """A whole list."""

    items: list[View]


class Page(msgspec.Struct, Generic[View]):
    """A part of a list; `next_cursor` fetches the following part, null at the end."""

    items: list[View]
    next_cursor: str | None
