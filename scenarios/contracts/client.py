"""Somebody who is known to a site: by a session's cookie, or by a token."""
import base64
import json
import ssl
import urllib.error
import urllib.request


class Client:
    """Talks to one site; trusts its certificate, whatever it is."""

    def __init__(self, site, headers=None):
        self.site, self.headers = site, headers or {}

    def call(self, method, path, body=None, headers=None):
        """Status, headers, text."""
        all_headers = self.headers | (headers or {})
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            all_headers = {"Content-Type": "application/json"} | all_headers
        request = urllib.request.Request(self.site + path, data, all_headers, method=method)
        trust = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(request, timeout=40, context=trust) as answer:
                return answer.status, answer.headers, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode(errors="replace")

    def json(self, path):
        return json.loads(self.call("GET", path)[2])

    def status(self, method, path, body=None):
        return self.call(method, path, body)[0]


def signed_in(site, user, password):
    """A client with a new session, or the status that refused it."""
    status, headers, _ = Client(site).call("POST", "/api/v1/session",
                                           {"user": user, "password": password})
    return with_cookie(site, headers["Set-Cookie"].split(";")[0]) if status == 204 else status


def with_cookie(site, cookie, csrf=None):
    client = Client(site, {"Cookie": cookie})
    client.headers["X-Fovea-Csrf"] = csrf or client.json("/api/v1/session")["csrf"]
    return client


def with_token(site, token):
    return Client(site, {"Authorization": "Bearer " + token})


def with_basic(site, token):
    return Client(site, {"Authorization": "Basic " + base64.b64encode(
        f"x:{token}".encode()).decode()})
