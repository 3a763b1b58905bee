#!/usr/bin/env python3
"""Nobody shuts others out: floods of connections and of wrong passwords, also through a proxy.

Usage: crowd_test.py FOVEA [unittest arguments]
"""
import http.client
import json
import resource
import socket
import sqlite3
import ssl
import threading
import time

from security_test import PASSWORD, Secure, world

ATTACKER, OTHER = "127.0.0.2", "127.0.0.3"


class Flood(threading.Thread):
    """Idle connections of one address: some at once, then so many more each second."""

    def __init__(self, port, at_once, each_second):
        super().__init__(daemon=True)
        self.port, self.each_second = port, each_second
        self.sockets, self.over = [], threading.Event()
        for _ in range(at_once):
            self.connect()
        self.start()

    def connect(self):
        try:
            self.sockets.append(socket.create_connection(
                ("127.0.0.1", self.port), timeout=20, source_address=(ATTACKER, 0)))
        except OSError:
            pass  # the attacker does not mind

    def run(self):
        while not self.over.wait(1 / self.each_second):
            self.connect()

    def close(self):
        self.over.set()
        self.join()
        for one in self.sockets:
            one.close()


class Signed(Secure):
    """Requests from whichever address of this machine, of whoever is signed in or not."""

    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(16384, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        (self.folder / "password").write_text(PASSWORD + "\n")
        for user in ["anna", "berta"]:
            self.run_line(f"fovea user add {user} --password-stdin < password")

    def ask(self, source, path, headers=None, body=None, tls=True):
        """Status, headers and text of a request from that address of this machine."""
        place = ("127.0.0.1", self.port)
        if tls:
            trust = ssl.create_default_context(cafile=self.state / "tls-cert.pem")
            link = http.client.HTTPSConnection(*place, timeout=20, context=trust,
                                               source_address=(source, 0))
        else:
            link = http.client.HTTPConnection(*place, timeout=20, source_address=(source, 0))
        try:
            link.request("GET" if body is None else "POST", path,
                         None if body is None else json.dumps(body),
                         {"Content-Type": "application/json"} | (headers or {}))
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode(errors="replace")
        finally:
            link.close()

    def try_password(self, source, user, password, headers=None, tls=True):
        return self.ask(source, "/api/v1/session", headers, {"user": user, "password": password},
                        tls)

    def rejected(self, token, reason):
        text = self.ask("127.0.0.1", "/metrics", {"Authorization": "Bearer " + token})[2]
        wanted = f'fovea_rejected_total{{kind="http",reason="{reason}"}} '
        return sum(float(line.removeprefix(wanted)) for line in text.splitlines()
                   if line.startswith(wanted))


class Crowd(Signed):
    def test_a_flood_of_connections_of_one_address(self):
        """Half of all places held by idle ones, and as many refused ones as took the other half."""
        token = self.run_line("fovea user token add probe").strip()
        self.serve("fovea site --listen 0.0.0.0:8443 --tls-self-signed --camera hall=synthetic:1")
        cookie = {"Cookie": self.try_password(OTHER, "anna", PASSWORD)[1]["Set-Cookie"].split(";")[0]}
        flood = Flood(self.port, 378, 190)
        self.addCleanup(flood.close)
        end = time.monotonic() + 6
        served = 0
        while time.monotonic() < end or served < 5:
            self.assertEqual(self.ask(OTHER, "/signin")[0], 200)
            self.assertEqual(self.ask(OTHER, "/api/v1/devices", cookie)[0], 200)
            self.assertEqual(self.ask(ATTACKER, "/api/v1/devices", cookie)[0], 200,
                             "who is signed in and shares the attacker's address")
            served += 1
        self.assertEqual(self.try_password("127.0.0.4", "berta", PASSWORD)[0], 204)
        self.assertGreater(self.rejected(token, "crowded_out"), 378)

    def test_wrong_passwords_of_one_address(self):
        self.serve("fovea site --listen 0.0.0.0:8443 --tls-self-signed")
        said = [self.try_password(ATTACKER, "anna", "wrong")[0] for _ in range(30)]
        self.assertEqual(sorted(set(said)), [401, 429])
        self.assertEqual(self.try_password(OTHER, "anna", PASSWORD)[0], 204)

    def test_wrong_passwords_of_one_client_of_a_proxy(self):
        """What a proxy on this machine sends on, byte for byte."""
        def by_proxy(client, user, password):
            return self.try_password("127.0.0.1", user, password,
                                     {"X-Forwarded-For": client, "X-Forwarded-Proto": "https",
                                      "Origin": f"https://127.0.0.1:{self.port}"}, tls=False)
        config = self.folder / "site.yaml"
        config.write_text(f"listen: '127.0.0.1:{self.port}'\nsign_in: always\n"
                          "trusted_proxies: [127.0.0.1]\n")
        site = self.serve(f"fovea site --config {config}")
        for number in range(40):
            status, _, _ = by_proxy("203.0.113.5", f"user{number}", "wrong")
        self.assertEqual(status, 429)
        status, headers, _ = by_proxy("203.0.113.6", "anna", PASSWORD)
        self.assertEqual(status, 204)
        self.assertRegex(headers["Set-Cookie"], r"^__Host-fovea-site=.*; Secure")
        cookie = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-Forwarded-For": "203.0.113.6",
                  "X-Forwarded-Proto": "https"}
        sessions = json.loads(self.ask("127.0.0.1", "/api/v1/sessions", cookie, tls=False)[2])
        self.assertEqual([session["peer"] for session in sessions["sessions"]], ["203.0.113.6"])
        self.assertIn("a wrong password for an unknown name from 203.0.113.5", site.log.read_text())

    def test_a_proxy_that_is_not_trusted_is_named_once(self):
        config = self.folder / "site.yaml"
        config.write_text(f"listen: '127.0.0.1:{self.port}'\nsign_in: always\n")
        site = self.serve(f"fovea site --config {config}")
        for number in range(25):
            status, headers, _ = self.try_password(
                "127.0.0.1", f"user{number}", "wrong",
                {"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Proto": "https"}, tls=False)
        self.assertEqual(status, 429, "who names clients and is not trusted counts as one")
        self.assertEqual(site.log.read_text().count("is not among trusted_proxies"), 1)


class Tokens(Signed):
    def test_a_token_expires(self):
        config = self.folder / "site.yaml"
        config.write_text(f"listen: '127.0.0.1:{self.port}'\nsign_in: always\n")
        self.serve(f"fovea site --config {config}")
        token = self.run_line("fovea user token add guest --expires 90d").strip()
        lasting = self.run_line("fovea user token add prometheus").strip()
        def metrics(secret):
            return self.ask("127.0.0.1", "/metrics", {"Authorization": "Bearer " + secret},
                            tls=False)
        world.wait_for("the site's notice of it", lambda: metrics(token)[0] == 200)
        self.assertIn("expires never", self.run_line("fovea user token list"))
        def listed():
            text = self.run_line("fovea user token list --json")
            return {token["name"]: token for token in json.loads(text)["tokens"]}
        used = world.wait_for("the note of its use", lambda: listed()["guest"]["used"])
        self.assertLess(used, listed()["guest"]["expires"])
        self.assertIsNone(listed()["prometheus"]["expires"])
        with sqlite3.connect(self.state / "site.db") as state:  # 90 days later
            state.execute("UPDATE token SET expires = created WHERE name = 'guest'")
        state.close()
        status, _, text = world.wait_for(
            "its end", lambda: metrics(token) if metrics(token)[0] == 401 else None)
        self.assertIn("the token 'guest' has expired at 20", text)
        self.assertEqual(metrics(lasting)[0], 200)
        self.assertIn("expired", self.run_line("fovea user token list"))
        for wrong in ["0d", "90", "d", "-1d", "1.5d", "9999999999999999999d", "90days"]:
            self.run_line(f"fovea user token add other --expires={wrong}", status=2)


if __name__ == "__main__":
    world.main()
