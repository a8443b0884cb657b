"""How answers and events are broken."""

import json

import pytest

from venuesim.faults import Endpoint, FaultKind, FaultMatch, FaultRequest, FaultSet, MalformedForm
from venuesim.wire.distortion import Distortion, malformed, with_word, without_field

TEXT = b'{"code":"0","data":[{"ordId":"1","state":"live"},{"ordId":"2","state":""}],"time":5}'


@pytest.mark.parametrize("form", list(MalformedForm))
def test_every_form_is_no_json(form: MalformedForm) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(malformed(TEXT, form))


def test_a_field_is_taken_out_wherever_it_stands() -> None:
    assert json.loads(without_field(TEXT, "ordId")) == {
        "code": "0",
        "data": [{"state": "live"}, {"state": ""}],
        "time": 5,
    }
    assert without_field(TEXT, "colour") is None


def test_words_are_replaced_and_numbers_and_gaps_are_not() -> None:
    changed = json.loads(with_word(TEXT, ["state", "time"], "odd"))
    assert ([row["state"] for row in changed["data"]], changed["time"]) == (["odd", ""], 5)
    assert with_word(TEXT, ["time"], "odd") is None


def test_what_is_no_json_stays_as_it_is() -> None:
    assert without_field(b"pong", "x") is None
    assert with_word(b"<html></html>", ["x"], "odd") is None


def test_only_what_changes_something_is_counted() -> None:
    faults = FaultSet(1)
    distortion = Distortion(exchange="okx", faults=faults, status_fields={"state"})
    fault = faults.add(FaultRequest(kind=FaultKind.UNKNOWN_ENUM, match=FaultMatch(count=1)))
    assert distortion.of(b'{"code":"0"}', Endpoint.PLACE) is None
    assert distortion.of(TEXT, Endpoint.STREAM) is None
    assert fault.fired == 0
    assert b"PENDING_REVIEW" in distortion.of(TEXT, Endpoint.PLACE)
    assert distortion.of(TEXT, Endpoint.PLACE) is None
    assert fault.fired == 1


def test_several_faults_break_one_answer_together() -> None:
    faults = FaultSet(1)
    distortion = Distortion(exchange="okx", faults=faults, status_fields={"state"})
    faults.add(FaultRequest(kind=FaultKind.MISSING_FIELD, field="ordId"))
    faults.add(FaultRequest(kind=FaultKind.UNKNOWN_ENUM, value="odd"))
    changed = json.loads(distortion.of(TEXT, Endpoint.QUERY))
    assert changed["data"][0] == {"state": "odd"}
