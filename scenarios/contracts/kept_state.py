"""A state folder as 2b05a26 left it, as text: the dump of its SQLite file, and what else lay there.

state.sql makes the same file again but for the session's age: what nobody has used for 30 days
ends, so the test would fail a month after it was made. Its two times are set to now.
"""
import json
import shutil
import sqlite3
import time


def dumped(file):
    """SQL that makes the same database: its tables, rows and version."""
    with sqlite3.connect(file) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        lines = list(database.iterdump())
    return "\n".join([*lines, f"PRAGMA user_version = {version};"]) + "\n"


def restore(made, folder):
    """The folder as it was; what is known of it, with all its secrets, is returned."""
    folder.mkdir(mode=0o700)
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    with sqlite3.connect(folder / "site.db") as database:
        database.executescript((made / "state.sql").read_text())
        database.execute("UPDATE session SET created = ?, used = ?", (now, now))
    database.close()
    (folder / "site.db").chmod(0o600)
    shutil.copy(made / "nats-users.conf", folder)
    return json.loads((made / "state.json").read_text())
