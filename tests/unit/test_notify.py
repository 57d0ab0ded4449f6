"""A refused run is told to a receiver; one that is down does not hide the run's own error."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows.errors import PublishRefused
from flows.notify import notify_failure
from flows.runs import RunSummary
from flows.settings import Settings


@pytest.fixture
def receiver():
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", taken
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_refused_run_is_posted(tmp_path, receiver):
    url, taken = receiver
    summary = RunSummary("r1", outcome="refused")
    assert notify_failure(Settings(home=tmp_path, notify_webhook_url=url), summary, PublishRefused(["rows lost"]))
    assert taken[0]["outcome"] == "refused"
    assert "rows lost" in taken[0]["error"]


def test_without_an_address_nobody_is_told(tmp_path):
    assert not notify_failure(Settings(home=tmp_path), RunSummary("r1"), ValueError("x"))


def test_a_receiver_that_is_down_is_logged_without_its_address(tmp_path, caplog):
    settings = Settings(home=tmp_path, notify_webhook_url="http://127.0.0.1:9/secret-token")
    assert not notify_failure(settings, RunSummary("r1", outcome="failed"), ValueError("x"))
    assert "not reached" in caplog.text
    assert "secret-token" not in caplog.text


def test_the_address_is_hidden_where_settings_are_printed(tmp_path):
    assert "secret" not in repr(Settings(home=tmp_path, notify_webhook_url="http://127.0.0.1:9/secret"))
