"""A stand-in of Hugging Face on this machine, for its own library.

Holds repositories in memory, each a list of commits: dicts of path to bytes.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import re
import threading
import urllib.parse


class Repositories(dict):
    """Commits by the name of a repository.

    Attributes:
        breaks_off: str or `None`. A file, of which half is sent.
    """

    breaks_off = None

    def commit(self, name, files):
        """Adds a commit and returns its id."""
        commits = self.setdefault(name, [])
        commits.append(files)
        return identifier(name, len(commits) - 1)

    def files(self, name, revision):
        """The id of a revision and its files."""
        commits = self[name]
        ids = [identifier(name, index) for index in range(len(commits))]
        commit = ids[-1] if revision == "main" else revision
        return commit, commits[ids.index(commit)]


def identifier(name, index):
    return hashlib.sha1(f"{name} {index}".encode()).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """The few requests that up- and downloads make."""

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, body=True):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        try:
            if match := re.fullmatch(r"/api/models/(.+)/revision/(.+)", path):
                name, revision = match.groups()
                commit, _ = self.server.repositories.files(name, revision)
                self.answer({"id": name, "sha": commit, "siblings": []})
            elif match := re.fullmatch(r"/api/models/(.+)/tree/(.+)", path):
                _, files = self.server.repositories.files(*match.groups())
                self.answer([entry(*item) for item in files.items()])
            else:
                name, revision, path = re.fullmatch(
                    r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path
                ).groups()
                commit, files = self.server.repositories.files(name, revision)
                self.send_file(path, files[path], commit, body)
        except (KeyError, ValueError, AttributeError):
            self.answer({"error": "not found"}, 404, "RepoNotFound")

    def do_POST(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(self.path).path
        if "Bearer" not in self.headers.get("Authorization", ""):
            self.answer({"error": "log in"}, 401)
        elif path == "/api/repos/create":
            asked = json.loads(content)
            name = f"{asked['organization']}/{asked['name']}"
            self.server.repositories.setdefault(name, [])
            url = f"http://{self.headers['Host']}/{name}"
            self.answer({"url": url, "id": name, "name": name})
        elif path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif "/preupload/" in path:
            sent = json.loads(content)["files"]
            kinds = {"uploadMode": "regular", "shouldIgnore": False}
            self.answer({"files": [{"path": f["path"], **kinds} for f in sent]})
        else:
            (name,) = re.fullmatch(
                r"/api/models/(.+)/commit/main", path
            ).groups()
            lines = [json.loads(line) for line in content.splitlines()]
            files = {
                line["value"]["path"]: base64.b64decode(
                    line["value"]["content"]
                )
                for line in lines
                if line["key"] == "file"
            }
            commit = self.server.repositories.commit(name, files)
            url = f"http://{self.headers['Host']}/{name}/commit/{commit}"
            self.answer({"commitUrl": url, "commitOid": commit})

    def send_file(self, path, content, commit, body):
        if path == self.server.repositories.breaks_off:
            sent = content[: len(content) // 2]
            self.close_connection = True
        else:
            sent = content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{entry(path, content)["oid"]}"')
        self.send_header("X-Repo-Commit", commit)
        self.end_headers()
        if body:
            self.wfile.write(sent)

    def answer(self, content, status=200, error=None):
        encoded = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        if error:
            self.send_header("X-Error-Code", error)
        self.end_headers()
        self.wfile.write(encoded)


def entry(path, content):
    oid = hashlib.sha1(content).hexdigest()
    return {"type": "file", "path": path, "size": len(content), "oid": oid}


@contextlib.contextmanager
def serving():
    """Yields the address of a server and its repositories."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.repositories = Repositories()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.repositories
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
