"""The OpenAPI 3.1 document, made from the table of routes."""

import re
from typing import Any

import msgspec

from tidegate import __version__
from tidegate.gateway.problems import ProblemView
from tidegate.gateway.routes import OPEN_OPERATIONS, OPERATIONS, Operation

_PATH_PARAMETER = re.compile(r"\{(\w+)\}")
_WITH_KEY = frozenset(
    {
        "orders_place",
        "orders_amend",
        "orders_cancel",
        "rules_create",
        "limits_put",
        "kill_switch_release",
        "transfers_create",
    }
)
_REFERENCE = "#/components/schemas/{name}"


def build_document() -> dict[str, Any]:
    """The whole document, ready to be encoded."""
    shapes: list[Any] = [ProblemView]
    for operation in OPERATIONS:
        told = (operation.answer, operation.accepted, operation.query, operation.body)
        shapes += [shape for shape in told if shape is not None]
    shapes += [operation.answer for operation in OPEN_OPERATIONS]
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    schema_of = {repr(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        described = _describe(operation, schema_of, components)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    for open_operation in OPEN_OPERATIONS:
        paths[open_operation.path] = {
            "get": {
                "operationId": open_operation.path.strip("/").replace("/", "_"),
                "summary": _first_line(open_operation.handler),
                "security": [],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {
                            open_operation.media_type.partition(";")[0]: {
                                "schema": schema_of[repr(open_operation.answer)]
                            }
                        },
                    }
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tidegate",
            "version": __version__,
            "description": "An order management system for crypto desks. Amounts are strings of plain decimals.",
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation, schema_of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    parameters = _query_parameters(schema_of[repr(operation.query)], components)
    for name in _PATH_PARAMETER.findall(operation.path):
        parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    if operation.name in _WITH_KEY:
        schema = {"type": "string", "minLength": 1, "maxLength": 128}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema})
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": _first_line(operation.handler),
        "parameters": parameters,
        "responses": {
            str(operation.status.value): {
                "description": operation.status.phrase,
                "content": {name: {"schema": schema_of[repr(operation.answer)]} for name in operation.media_types},
            },
            "default": {
                "description": "A problem (RFC 9457) with a stable code",
                "content": {"application/problem+json": {"schema": schema_of[repr(ProblemView)]}},
            },
        },
    }
    if operation.accepted is not None:
        described["responses"]["202"] = {
            "description": "Nothing has happened yet: a second person has to approve",
            "content": {"application/json": {"schema": schema_of[repr(operation.accepted)]}},
        }
    if operation.body is not None:
        schema = schema_of[repr(operation.body)]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _query_parameters(schema: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    shape = components[schema["$ref"].rpartition("/")[2]]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in shape["properties"].items()
    ]


def _first_line(handler: Any) -> str:
    return str(handler.__doc__ or "").partition("\n")[0]
