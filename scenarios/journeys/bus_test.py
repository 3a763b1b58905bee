#!/usr/bin/env python3
"""A camera on its own device: another process, over NATS with an account of its own and TLS.

Usage: bus_test.py FOVEA [unittest arguments]
"""
import base64
import ssl
import subprocess
import urllib.parse

import journey
import plant
import world


@journey.needs_browser
class Bus(journey.Journey):
    def add_account(self, *arguments):
        """The address that it prints, with the password and whom to trust."""
        done = subprocess.run([self.fovea, "device", "add", *map(str, arguments), "--site", "plant",
                               "--users-file", self.folder / "nats-users.conf"],
                              capture_output=True, text=True, env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def start_broker(self):
        """docs/security.md: an account for the site and one for the camera, in the environment."""
        port = world.free_port()
        server = f"tls://127.0.0.1:{port}"
        self.environment |= {"SITE_URL": self.add_account("--for-site", "--server", server),
                             "YARD_URL": self.add_account("yard", "--server", server)}
        config = self.folder / "nats.conf"
        config.write_text(f'listen: "127.0.0.1:{port}"\nmax_payload: 8MB\n'
                          'include "nats-users.conf"\ninclude "nats-tls.conf"\n')
        plant.Server(self, port, ["nats-server", "-c", str(config)]).start()

    def listen_to(self, address):
        """As any client of NATS does that was given this address."""
        url = urllib.parse.urlsplit(address)
        ca = urllib.parse.parse_qs(url.query)["ca"][0]
        der = base64.urlsafe_b64decode(ca + "=" * (-len(ca) % 4))
        trusted = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(der))
        self.listen(address.split("?")[0], tls=trusted)

    def test_accounts_and_tls(self):
        self.show(journey.PICTURES / "empty.jpg")
        self.start_broker()
        config = self.write_config("yard", bus="${SITE_URL}")
        self.start_site("--config", config, "--model", "fovea-factory")
        self.listen_to(self.environment["SITE_URL"])
        self.start("camera", "--bus", "${YARD_URL}", "--source",
                   f"exec:while cat {self.stage}; do sleep 0.066; done")
        self.wait_quiet("yard")
        self.watch("/d/yard")
        self.follow("NATS, accounts, TLS", self.show(journey.PICTURES / "visitor.jpg"))


if __name__ == "__main__":
    world.main()
