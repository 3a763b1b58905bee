#!/usr/bin/env python3
"""What 2b05a26 has left on users' disks works with a program of today: a state folder with everybody
and everything in it, a configuration with every key, a server's file of accounts, a signed package.
make.py has made them.

Usage: takeover_test.py FOVEA [unittest arguments]
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "site"))
import client  # noqa: E402
import kept_state  # noqa: E402
import observed  # noqa: E402
import plant  # noqa: E402
import shapes  # noqa: E402
import world  # noqa: E402
from observed import MADE  # noqa: E402


class Kept(plant.Plant):
    def setUp(self):
        super().setUp()
        self.without_models()
        self.state = self.folder / "plant"
        self.known = kept_state.restore(MADE, self.state)

    def serve(self, *arguments, text=observed.STATE_CONFIG):
        """A site on the state, with this configuration."""
        config = self.folder / "site.yaml"
        config.write_text(text)
        process = self.start("site", "--config", config, "--listen", "127.0.0.1:0", "--state",
                             self.state, *arguments)
        def printed():
            self.assertIsNone(process.poll(), process.log.read_text())
            return re.search(r"site is ready: (https?://\S+)/\n", process.log.read_text())
        self.site = world.wait_for("the printed address", printed)[1]
        return process

    def run_fovea(self, *words):
        done = subprocess.run([self.fovea, *map(str, words)], capture_output=True, text=True,
                              env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def browser(self, scheme):
        """The one that is signed in since then."""
        session = self.known["session"]
        return client.with_cookie(self.site, f"{session['cookies'][scheme]}={session['secret']}",
                                  session["csrf"])


class State(Kept):
    def test_everybody_is_known_as_before(self):
        site = self.serve()
        anna = self.browser("http")
        session = anna.json("/api/v1/session")
        self.assertEqual((session["name"], session["scope"], session["csrf"]),
                         ("anna", "admin", self.known["session"]["csrf"]))
        self.assertEqual(anna.status("PATCH", "/api/v1/devices/gate", {"weight": 3}), 200)

        secret = self.known["token"]["secret"]
        for program in (client.with_token(self.site, secret), client.with_basic(self.site, secret)):
            self.assertEqual(program.status("GET", "/metrics"), 200)
            self.assertEqual(program.status("PATCH", "/api/v1/devices/gate", {"weight": 3}), 200)
            self.assertEqual(program.status("GET", "/api/v1/users"), 403)

        may = {"view": (403, 403), "operate": (200, 403), "admin": (200, 200)}
        for name, user in self.known["users"].items():
            person = client.signed_in(self.site, name, user["password"])
            self.assertIsInstance(person, client.Client, f"{name}: {person}")
            self.assertEqual((person.status("PATCH", "/api/v1/devices/gate", {"weight": 3}),
                              person.status("GET", "/api/v1/users")), may[user["role"]], name)
        self.assertEqual(client.signed_in(self.site, "anna", "wrong"), 401)

        listed = json.loads(self.run_fovea("user", "list", "--json", "--state", self.state))
        self.assertEqual({user["name"]: user["scope"] for user in listed["users"]},
                         {name: user["role"] for name, user in self.known["users"].items()})
        listed = json.loads(self.run_fovea("user", "token", "list", "--json", "--state", self.state))
        self.assertEqual([token["name"] for token in listed["tokens"]], ["script"])
        self.ends_within(site, 10)

    def test_what_the_page_has_changed_is_in_effect(self):
        # The second time on what the program of today has made of it.
        for _ in range(2):
            site = self.serve()
            anna = self.browser("http")
            def lost():
                return shapes.lost(self.known["answers"], observed.kept_answers(anna))
            try:
                world.wait_for("all of it", lambda: not lost())  # a camera's first frame brings its
            except AssertionError as late:                       # own settings
                raise AssertionError(f"{late}: {lost()}") from None
            self.ends_within(site, 10)

    def test_a_browser_is_known_over_tls_too(self):
        self.serve("--tls-self-signed")
        self.assertEqual(self.browser("https").json("/api/v1/session")["name"], "anna")


class BusAccounts(Kept):
    """The accounts of `fovea device`, on a real server."""

    def start_server(self, port):
        file = self.folder / "nats.conf"
        file.write_text(f'listen: "127.0.0.1:{port}"\ninclude "plant/nats-users.conf"\n')
        return plant.Server(self, port, ["nats-server", "-c", file]).start()

    def is_live(self, device):
        """As the browser that is signed in sees it."""
        return self.browser("http").json(f"/api/v1/devices/{device}").get("state") == "live"

    def test_devices_of_the_state_are_known_where_all_share_a_password(self):
        """Nothing but the state names them: hall has settings, a name and a rule."""
        port = world.free_port()
        plant.Server(self, port, ["nats-server", "-a", "127.0.0.1", "-p", str(port), "--user", "all",
                                  "--pass", "planted"]).start()
        bus = f"nats://all:planted@127.0.0.1:{port}"
        self.serve("--bus", bus, text="site: plant\nsign_in: always\n")
        self.start_camera(bus, "hall", "synthetic:1", *plant.SMALL)
        world.wait_for("hall's pictures", lambda: self.is_live("hall"))

    def address(self, device, port):
        return self.known["bus"][device].replace(":4222", f":{port}")

    def test_passwords_stay_with_the_old_file_and_with_a_new_one(self):
        port = world.free_port()
        server = self.start_server(port)
        self.serve("--site", "plant", "--bus", self.address("", port))
        self.start_camera(self.address("yard", port), "yard", "synthetic:1", *plant.SMALL)
        world.wait_for("yard's pictures with the old file", lambda: self.is_live("yard"))

        on_state = ["--site", "plant", "--state", self.state]
        self.run_fovea("device", "add", "later", *on_state)
        accounts = json.loads(self.run_fovea("device", "list", "--json", *on_state))["accounts"]
        self.assertEqual({account["device"]: account["user"] for account in accounts},
                         {None: "plant", "yard": "plant.yard", "later": "plant.later"})
        # A server that reads the file anew lets the same two in.
        server.kill()
        world.wait_for("the loss", lambda: not self.is_live("yard"))
        self.start_server(port)
        world.wait_for("yard's pictures with the new file", lambda: self.is_live("yard"))


class Files(Kept):
    def test_a_configuration_with_every_key_means_the_same(self):
        old = settings((MADE / "site.check.yaml").read_text())
        new = settings(self.check_every_key())
        different = [f"{key}: {new.get(key)}, it was {value}" for key, value in old.items()
                     if new.get(key) != value and not ("***" in value and key in new)]
        self.assertEqual(different, [])

    check_every_key = observed.Observed.check_every_key

    def test_a_signed_package_is_whole_and_does_the_same(self):
        package = self.folder / "tiny"
        shutil.copytree(MADE / "tiny", package)
        self.run_fovea("model", "verify", package, "--key", MADE / "signer.pub")
        self.run_fovea("model", "verify", package)
        observed.draw(self.folder / "a.png")
        out = self.folder / "out"
        self.run_fovea("infer", "--model", package, "--output", out, self.folder / "a.png")
        was = MADE / "tiny-result"
        self.assertEqual(plant.picture_of((out / "a.mask.png").read_bytes()).tolist(),
                         plant.picture_of((was / "a.mask.png").read_bytes()).tolist())
        old, new = (json.loads((folder / "summary.json").read_text()) for folder in (was, out))
        self.assertEqual(shapes.gone(shapes.of(old), shapes.of(new)), [])
        self.assertEqual(new["inputs"][0]["classes"], old["inputs"][0]["classes"])

        key = self.folder / "signer"
        key.write_text((MADE / "signer").read_text())
        key.chmod(0o600)
        signature = package / "tiny.manifest.json.sig"
        signature.unlink()
        self.run_fovea("model", "sign", package, "--key", key)
        self.run_fovea("model", "verify", package, "--key", MADE / "signer.pub")


def settings(text):
    """{path: value} of YAML as --check prints it: a key a line, two blanks for each level."""
    found, path, counts = {}, [], {}
    for line in text.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        item = line.lstrip().startswith("- ")
        words = line.lstrip().removeprefix("- ")
        path = path[:depth]
        if item:
            place = "/".join(path)
            counts[place] = counts.get(place, -1) + 1
            path.append(str(counts[place]))
        key, _, value = words.partition(": ")
        path.append(key.rstrip(":"))
        if value:
            found["/".join(path)] = value
    return found


if __name__ == "__main__":
    world.main()
