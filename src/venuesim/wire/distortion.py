"""Breaks what a venue says: cut short, no JSON at all, without a field, or with a word that nobody has seen."""

from collections.abc import Callable, Collection

import msgspec

from venuesim.faults import Endpoint, Fault, FaultKind, FaultSet, MalformedForm
from venuesim.subjects import NOBODY, Subject

UNSEEN_WORD = "PENDING_REVIEW"
"""What an unknown status reads like unless the fault says it."""

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

DISTORTING = (FaultKind.MALFORMED, FaultKind.MISSING_FIELD, FaultKind.UNKNOWN_ENUM)


class Distortion:
    """Lets the distorting faults of one venue strike what it says.

    `status_fields` are those in which the venue tells the status of an order: what `unknown_enum` changes by default.
    """

    def __init__(self, *, exchange: str, faults: FaultSet, status_fields: Collection[str]) -> None:
        self._exchange = exchange
        self._faults = faults
        self._status_fields = status_fields

    def of(self, text: bytes, endpoint: Endpoint, subject: Callable[[], Subject] = lambda: NOBODY) -> bytes | None:
        """Return what becomes of an answer or an event, or None if no fault changes it, which then is not counted."""
        changed: bytes | None = None
        for kind in DISTORTING:
            for fault in self._faults.striking(kind, self._exchange, endpoint, subject):
                found = self._distorted(fault, text if changed is None else changed)
                if found is not None:
                    fault.fire()
                    changed = found
                    break
        return changed

    def _distorted(self, fault: Fault, text: bytes) -> bytes | None:
        request = fault.request
        match request.kind:
            case FaultKind.MALFORMED:
                return malformed(text, request.form or MalformedForm.TRUNCATED)
            case FaultKind.MISSING_FIELD:
                assert request.field is not None, "the control API asks for the field"
                return without_field(text, request.field)
            case _:
                fields = self._status_fields if request.field is None else (request.field,)
                return with_word(text, fields, request.value or UNSEEN_WORD)


def malformed(text: bytes, form: MalformedForm) -> bytes:
    """Return a text that cannot be read as JSON."""
    match form:
        case MalformedForm.TRUNCATED:
            return text[: max(1, len(text) // 2)]
        case MalformedForm.HTML:
            return _PAGE
        case MalformedForm.EMPTY:
            return b""
        case MalformedForm.TEXT:
            return b"upstream connect error or disconnect/reset before headers"


def without_field(text: bytes, field: str) -> bytes | None:
    """Return JSON without a field, wherever it stands; None if it stands nowhere."""
    found = False

    def strip(value: object) -> object:
        nonlocal found
        if isinstance(value, dict):
            found = found or field in value
            return {name: strip(inner) for name, inner in value.items() if name != field}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return _rewritten(text, strip, lambda: found)


def with_word(text: bytes, fields: Collection[str], word: str) -> bytes | None:
    """Return JSON in which the fields that hold a word hold another one; None if there are none."""
    found = False

    def replace(value: object) -> object:
        nonlocal found
        if isinstance(value, dict):
            changes = {name for name, inner in value.items() if name in fields and isinstance(inner, str) and inner}
            found = found or bool(changes)
            return {name: word if name in changes else replace(inner) for name, inner in value.items()}
        return [replace(inner) for inner in value] if isinstance(value, list) else value

    return _rewritten(text, replace, lambda: found)


def _rewritten(text: bytes, rewrite: Callable[[object], object], is_changed: Callable[[], bool]) -> bytes | None:
    try:
        value = rewrite(msgspec.json.decode(text))
    except msgspec.MsgspecError:  # A page, or a "pong": it has no fields.
        return None
    return msgspec.json.encode(value) if is_changed() else None
