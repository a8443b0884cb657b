"""What the process tells about itself: lines for people or JSON lines, on standard error or in a file, no secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import IO, Any

import structlog

_HIDDEN = "[hidden]"
_SECRET_NAMES = re.compile(
    r"token|secret|passphrase|password|api_?key|authorization|signature|credential", re.IGNORECASE
)
_SECRET_TEXTS = (
    (re.compile(r"tg_[A-Za-z0-9_-]{43}"), "tg_" + _HIDDEN),
    (re.compile(r"(?<=://)([^:/@\s]+):[^@/\s]+@"), rf"\1:{_HIDDEN}@"),  # A password in a database's URL.
    (re.compile(r"(?i)\b(signature|apikey|api_key|x-mbx-apikey)=[^&\s'\"]+"), rf"\1={_HIDDEN}"),
)
_QUIET = ("httpx", "httpcore", "aiohttp.access", "asyncio", "alembic", "ccxt", "uvicorn")
Event = MutableMapping[str, Any]


def configure_logs(*, as_json: bool, file: IO[str] | None = None) -> None:
    """Send everything that is logged to one place, in one form: structlog's events and other libraries' alike."""
    out = file or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(out, as_json=as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(out: IO[str], *, as_json: bool) -> structlog.typing.Processor:
    if as_json:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=0)


def hide_secrets(_: Any, __: str, event: Event) -> Event:
    """A processor: blanks values whose name says that they are secret, and texts that look like one."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = _HIDDEN
        elif isinstance(value, str):
            event[name] = _without_secrets(value)
        elif not isinstance(value, int | float | bool | None) and not name.startswith("_"):
            event[name] = _without_secrets(str(value))
    return event


def _without_secrets(text: str) -> str:
    for pattern, replacement in _SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text
