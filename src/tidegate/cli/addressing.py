"""Which desk a command speaks to, and as whom."""

import os
from pathlib import Path
from typing import NamedTuple

from tidegate.cli.client_file import ClientFileError, read_client_file


class Address(NamedTuple):
    """A desk's URL and a token."""

    url: str
    token: str


class AddressError(Exception):
    """It cannot be said which desk is meant, or as whom; the message says what to do."""


def address(url: str | None, token: str | None, folder: Path) -> Address:
    """From the options, else the environment, else the data folder's client.json.

    The file's token goes to the file's desk only: with another URL, a token must be given too.

    Raises:
        AddressError: something is missing.
    """
    url = url or os.environ.get("TIDEGATE_URL")
    token = token or os.environ.get("TIDEGATE_TOKEN")
    if url and token:
        return Address(url, token)
    try:
        known = read_client_file(folder)
    except ClientFileError as error:
        raise AddressError(str(error)) from error
    if known is None:
        missing = "--url and --token" if not (url or token) else "--token" if url else "--url"
        raise AddressError(
            f"there is no client.json in {folder}: start tidegate serve or tidegate demo there, or give {missing}"
        )
    if url and url.rstrip("/") != known.url.rstrip("/"):
        raise AddressError(f"the token in {folder} is for {known.url}: give --token (or TIDEGATE_TOKEN) for {url}")
    return Address(known.url, token or known.token)
