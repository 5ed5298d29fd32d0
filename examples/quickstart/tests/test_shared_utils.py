"""Tests of the package that the layer carries; they need neither AWS nor the layer."""

import base64
import json
import logging
from datetime import date

import pytest
from shared_utils import error, get_logger, json_response, parse_request, parse_sqs
from shared_utils.logs import JsonFormatter


def _record(**extra: object) -> logging.LogRecord:
    record = logging.LogRecord("orders", logging.WARNING, "x.py", 1, "order %s is late", ("A-1",), None)
    vars(record).update(extra)
    return record


def test_a_log_line_is_one_json_object_with_the_extra_fields_beside_the_message() -> None:
    line = JsonFormatter().format(_record(order="A-1", due=date(2026, 1, 2)))
    fields = json.loads(line)
    assert "\n" not in line
    assert fields.pop("time").endswith("+00:00")
    assert fields == {
        "level": "WARNING",
        "logger": "orders",
        "message": "order A-1 is late",
        "order": "A-1",
        "due": "2026-01-02",
    }


def test_an_exception_stays_on_its_line() -> None:
    problem = RuntimeError("no stock")
    line = JsonFormatter().format(_record(exc_info=(RuntimeError, problem, None)))
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("RuntimeError: no stock")


def test_asking_twice_for_a_logger_does_not_double_its_lines() -> None:
    first = get_logger("twice")
    second = get_logger("twice", logging.DEBUG)
    assert first is second
    assert len(first.handlers) == 1
    assert first.level == logging.DEBUG
    assert first.propagate is False


def test_an_answer_has_what_api_gateway_expects() -> None:
    assert json_response({"größe": 1}, 201, {"x-trace": "7"}) == {
        "statusCode": 201,
        "headers": {"content-type": "application/json; charset=utf-8", "x-trace": "7"},
        "body": '{"größe": 1}',
        "isBase64Encoded": False,
    }


def test_an_error_says_status_and_reason_in_the_body_too() -> None:
    answer = error(404, "no such order")
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {"error": {"status": 404, "message": "no such order"}}


def test_a_function_url_event_is_read() -> None:
    event = {
        "version": "2.0",
        "rawPath": "/orders",
        "headers": {"X-Trace": "7"},
        "queryStringParameters": {"page": "2"},
        "requestContext": {"http": {"method": "post", "path": "/orders"}},
        "body": base64.b64encode(b'{"id": 1}').decode(),
        "isBase64Encoded": True,
    }
    request = parse_request(event)
    assert (request.method, request.path, request.headers, request.query) == (
        "POST",
        "/orders",
        {"x-trace": "7"},
        {"page": "2"},
    )
    assert request.json() == {"id": 1}


def test_a_rest_api_event_with_nulls_is_read() -> None:
    event = {"httpMethod": "GET", "path": "/", "headers": None, "queryStringParameters": None, "body": None}
    request = parse_request(event)
    assert (request.method, request.headers, request.query, request.json()) == ("GET", {}, {}, None)


def test_another_event_is_refused_with_its_keys() -> None:
    with pytest.raises(ValueError, match=r"^not an HTTP event; it has: Records$"):
        parse_request({"Records": []})


def test_sqs_messages_come_with_their_ids() -> None:
    event = {"Records": [{"messageId": "a", "body": "[1]"}, {"messageId": "b", "body": '"x"'}]}
    assert list(parse_sqs(event)) == [("a", [1]), ("b", "x")]


def test_a_broken_sqs_message_is_named() -> None:
    with pytest.raises(ValueError, match=r"^message b is not JSON: Expecting value: line 1 column 1 \(char 0\)$"):
        list(parse_sqs({"Records": [{"messageId": "b", "body": "<html>"}]}))
