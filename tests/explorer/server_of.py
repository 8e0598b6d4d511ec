"""A server of the explorer in a thread, and one who asks it."""

import contextlib
import http.client
import json
import socket
import threading
from typing import NamedTuple

import uvicorn

from keras_arae.explorer.server import make_app


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json()["error"]


class Visitor:
    """Asks a server, as a browser does."""

    def __init__(self, port):
        self.port = port
        self.host = f"127.0.0.1:{port}"

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {key.replace("_", "-"): v for key, v in headers.items()}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        names = {key.lower(): v for key, v in response.getheaders()}
        answer = Answer(response.status, names, response.read())
        connection.close()
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, verb, body, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content_Type": "application/json", **headers}
        return self.ask("POST", f"/api/{verb}", body, **headers)

    def begin(self, verb, body=b"{}", length=None):
        """Sends a request and waits for nothing: the open connection."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(
            f"POST /api/{verb} HTTP/1.1\r\nHost: {self.host}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {length or len(body)}\r\n\r\n".encode()
            + body
        )
        return connection


@contextlib.contextmanager
def served(space):
    """A server of a space on a free port, as long as the context lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app(space), log_level="error", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, daemon=True
    )
    thread.start()
    try:
        yield Visitor(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
