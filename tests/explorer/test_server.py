"""What the server of the explorer answers, refuses and survives."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import spaces
from server_of import served

from keras_arae.explorer import server
from keras_arae.explorer.refused import Refused

TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}


def until(condition):
    """Waits for what another thread does."""
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("It did not happen within five seconds.")


def test_a_model_answers_in_the_thread_of_the_server():
    # On each backend: frameworks keep settings by thread.
    labels = ["statement", "question"]
    model = spaces.text_model(spaces.MOODS, condition=labels)
    space = spaces.space(model, spaces.TEXT)
    wanted = space.sample(3, seed=5)
    with served(space) as visitor:
        found = visitor.post("sample", {"count": 3, "seed": 5})
        assert found.json() == wanted
        again = {"decoding": {"num_refinements": 1}}
        found = visitor.post("sample", {"count": 3, "seed": 5, **again})
        assert found.json() == space.sample(3, seed=5, **again)
        found = visitor.post("read", {"piece": "a man runs ?"}).json()
        assert found == space.read("a man runs ?")
        item = found["copy"]
        ends = spaces.ends(item, wanted["items"][0])
        body = dict(zip(("start", "end"), ends))
        assert visitor.post("walk", body).json() == space.walk(*ends)


class Stub:
    """A space that does as it is told, and says how it was asked."""

    def __init__(self):
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun, self.at_once, self.most = [], 0, 0

    def about(self):
        return {"name": "stub"}

    def piece(self, index):
        return {"piece": index}

    def read(self, piece=None):
        self.begun.append(piece)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        assert self.go_on.wait(30)
        time.sleep(0.01)
        self.at_once -= 1
        return {"piece": piece}

    def near(self, code):
        raise RuntimeError(f"no {code}")

    def sample(self, count):
        raise Refused("It cannot do that.")

    def walk(self, start, end):
        raise ValueError("nothing that a user did")

    def move(self, code):
        raise ImportError("Install it. Received: No module named 'x'")


@pytest.fixture(scope="module")
def shared():
    with served(Stub()) as visitor:
        yield visitor


@pytest.fixture
def stub():
    stub = Stub()
    with served(stub) as visitor:
        yield stub, visitor
        stub.go_on.set()


# The page.


@pytest.mark.once
def test_the_page_needs_nothing_from_elsewhere(shared):
    index = shared.get("/")
    assert index.status == 200 and b"<!doctype html>" in index.body
    policy = index.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy and "http" not in policy
    links = re.findall(r'(?:src|href)="([^"#]+)"', index.body.decode())
    links += [f"page/{path.name}" for path in server.PAGE.iterdir()]
    assert len(set(links)) >= 10
    for link in links:
        found = shared.get(f"/{link}")
        assert found.status == 200
        wanted = TYPES.get(link.rpartition(".")[2], "image/svg+xml")
        assert found.headers["content-type"].startswith(wanted)
        assert found.headers["x-content-type-options"] == "nosniff"
        text = found.body.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(
            r"https?:|//\w+\.|@import|<script>| on\w+=\"", text
        )
        for module in re.findall(r'from "\./(.+?)"', text):
            assert (server.PAGE / module).is_file()


@pytest.mark.once
@pytest.mark.parametrize(
    "path", ["/page/none.js", "/page/..%2fserver.py", "/page/", "/server.py"]
)
def test_no_other_files_are_given(shared, path):
    found = shared.get(path)
    assert found.status == 404 and "error" in found.json()


# Who may ask.


@pytest.mark.once
@pytest.mark.parametrize(
    "host, status",
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8017", 200),
        ("LOCALHOST:8017", 200),
        ("[::1]:8017", 200),
        ("192.168.1.7", 200),  # No name that may lead here and elsewhere.
        ("evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("", 421),
        ("localhost@evil.example", 421),
        ("[::1", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(shared, host, status):
    found = shared.get("/api/about", Host=host)
    assert found.status == status
    assert status == 200 or "Received:" in found.error


@pytest.mark.once
def test_a_name_of_ones_own_may_be_given():
    app = server.Guard(None, ("Cat.local",))
    assert app._is_ours("cat.LOCAL:80") and not app._is_ours("dog.local")


@pytest.mark.once
def test_other_pages_are_refused(shared):
    body = {"piece": "a"}
    own = f"http://{shared.host}"
    assert shared.post("read", body, Origin=own).status == 200
    for origin in ("http://evil.example", "null", f"{own}.evil.example"):
        found = shared.post("read", body, Origin=origin)
        assert found.status == 403 and "own page" in found.error
    # What a form of another page may send without asking first.
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        found = shared.post("read", body, Content_Type=kind)
        assert found.status == 415 and "Expected JSON" in found.error


# What may be asked.


@pytest.mark.once
@pytest.mark.parametrize(
    "body, status, sentence",
    [
        (b"", 400, "Expected a JSON object. Received: b''"),
        (b"{", 400, "Expected a JSON object."),
        (b"[1]", 400, "Expected a JSON object."),
        (b'"\xff"', 400, "Expected a JSON object."),
        (b"[" * 60000, 400, "Expected a JSON object."),
        (b" " * (1 << 16), 400, "Expected a JSON object."),
        (b" " * ((1 << 16) + 1), 413, "at most 65536 bytes"),
        (b'{"pice": "a"}', 400, "Received: ['pice']"),
        (b'{"self": 1}', 400, "Received: ['self']"),
    ],
)
def test_bad_bodies_are_refused(shared, body, status, sentence):
    found = shared.post("read", body)
    assert found.status == status and sentence in found.error


@pytest.mark.once
def test_bad_verbs_are_refused(shared):
    for verb in ("none", "warm_up", "__init__", "cannot"):
        found = shared.post(verb, {})
        assert found.status == 404 and "There is no verb" in found.error
    assert shared.get("/api/read").status == 405
    assert shared.post("about", {}).status == 405
    assert shared.get("/api/piece").status == 400  # Its index is missing.
    assert shared.get("/api/piece?index=3").json() == {"piece": 3}
    assert shared.ask("DELETE", "/api/read").status == 405


@pytest.mark.once
def test_refusals_are_told_from_failures(shared, caplog):
    found = shared.post("sample", {"count": 1})
    assert (found.status, found.error) == (400, "It cannot do that.")
    found = shared.post("move", {"code": 1})
    assert found.status == 400 and found.error.startswith("Install it.")
    assert not caplog.records
    for verb, body in (("near", {"code": 1}), ("walk", {"start": 1, "end": 2})):
        found = shared.post(verb, body)
        assert found.status == 500
        assert found.error.startswith("The server failed at this.")
    assert "no 1" in caplog.text and "nothing that a user did" in caplog.text


@pytest.mark.once
def test_a_body_that_does_not_come_is_not_waited_for(stub, monkeypatch):
    monkeypatch.setattr(server, "SECONDS", 0.1)
    _, visitor = stub
    with visitor.begin("read", b"{", length=100) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


# Several at once.


@pytest.mark.once
def test_users_wait_in_turn_and_get_their_own(stub):
    stub, visitor = stub
    stub.go_on.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(visitor.post, "read", {"piece": i}) for i in range(8)
        ]
        until(lambda: stub.begun)
        # The page itself comes while the model is at work.
        assert visitor.get("/").status == 200
        stub.go_on.set()
        found = [one.result().json()["piece"] for one in asked]
    assert found == list(range(8))
    assert sorted(stub.begun) == found and stub.most == 1


@pytest.mark.once
def test_what_a_killed_browser_wanted_is_left_out(stub):
    stub, visitor = stub
    stub.go_on.clear()
    at_work = visitor.begin("read", b'{"piece": "at work"}')
    until(lambda: stub.begun == ["at work"])
    waiting = visitor.begin("read", b'{"piece": "waiting"}')
    time.sleep(0.2)
    for connection in (at_work, waiting):
        connection.close()
    with ThreadPoolExecutor(1) as pool:
        last = pool.submit(visitor.post, "read", {"piece": "last"})
        time.sleep(0.2)
        stub.go_on.set()
        assert last.result().json() == {"piece": "last"}
    assert stub.begun == ["at work", "last"] and stub.most == 1


@pytest.mark.once
def test_too_many_are_told_to_come_again(stub, monkeypatch):
    monkeypatch.setattr(server, "MOST_WAITING", 1)
    stub, visitor = stub
    stub.go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(visitor.post, "read", {"piece": "first"})
        until(lambda: stub.begun)
        second = visitor.post("read", {"piece": "second"})
        assert second.status == 503 and "ask again" in second.error
        stub.go_on.set()
        assert first.result().status == 200
    assert visitor.post("read", {"piece": "later"}).status == 200


@pytest.mark.once
def test_json_that_goes_out_holds_no_nan():
    space = spaces.space(spaces.image_model(), *spaces.digits())
    json.dumps([space.about(), space.map()], allow_nan=False)
