"""A webhook's server that keeps all requests as they came; /refused takes none of them."""
import base64
import hashlib
import hmac
import http.server
import threading

SECRET = b"a secret of the contracts"
SECRET_TEXT = "whsec_" + base64.b64encode(SECRET).decode()


def is_signed(request):
    """Whether a receiver that follows Standard Webhooks takes it."""
    headers = request["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{request['body']}"
    digest = hmac.new(SECRET, signed.encode(), hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


class Hook(http.server.ThreadingHTTPServer):
    """`requests`: what came, with header names in lower case. Life: the test's."""

    def __init__(self, test):
        self.requests = []
        super().__init__(("127.0.0.1", 0), HookRequest)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)

    def taken(self):
        return [request for request in list(self.requests) if request["path"] == "/hook"]


class HookRequest(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.requests.append({
            "path": self.path, "body": body,
            "headers": {name.lower(): value for name, value in self.headers.items()}})
        self.send_response(204 if self.path == "/hook" else 410)
        self.end_headers()

    def log_message(self, *arguments):
        pass
