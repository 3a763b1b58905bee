#!/usr/bin/env python3
"""A camera on its own device: another process, over NATS with an account of its own and TLS.

Usage: bus_test.py FOVEA [unittest arguments]
"""
import ssl
import subprocess

import journey
import plant
import world


@journey.needs_browser
class Bus(journey.Journey):
    def run_fovea(self, *arguments):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True,
                              env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def make_certificates(self):
        """A small authority, and the server's certificate by it."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=plant")
        openssl("req", "-x509", *key, "-keyout", "server.key", "-out", "server.pem", "-CA", "ca.pem",
                "-CAkey", "ca.key", "-subj", "/CN=hub", "-addext", "subjectAltName=IP:127.0.0.1")

    def start_broker(self):
        """docs/security.md: an account for the site and one for the camera; their addresses."""
        self.make_certificates()
        port = world.free_port()
        server = f"tls://127.0.0.1:{port}?ca={self.folder}/ca.pem"
        users = ("--site", "plant", "--server", server, "--users-file", self.folder / "nats-users.conf")
        site = self.run_fovea("device", "add", "--for-site", *users)
        yard = self.run_fovea("device", "add", "yard", *users)
        (self.folder / "nats.conf").write_text(
            f'listen: "127.0.0.1:{port}"\n'
            f'tls {{cert_file: "{self.folder}/server.pem", key_file: "{self.folder}/server.key"}}\n'
            'include "nats-users.conf"\n')
        plant.Server(self, port, ["nats-server", "-c", str(self.folder / "nats.conf")]).start()
        return site, yard

    def test_accounts_and_tls(self):
        self.show(journey.PICTURES / "empty.jpg")
        site, yard = self.start_broker()
        config = self.write_config("yard", bus=site)
        self.start_site("--config", config, "--model", "fovea-factory")
        trusted = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        self.listen(site.split("?")[0], tls=trusted)
        self.start("camera", "--site", "plant", "--device", "yard", "--bus", yard, "--source",
                   f"exec:while cat {self.stage}; do sleep 0.066; done")
        self.wait_quiet("yard")
        self.watch("/d/yard")
        self.follow("NATS, accounts, TLS", self.show(journey.PICTURES / "visitor.jpg"))


if __name__ == "__main__":
    world.main()
