#!/usr/bin/env python3
"""install.py install BUILD PREFIX | uninstall PREFIX: the installed tree, without leaving anything behind.

Everything is put together beside the tree first and then renamed into place file by file, so that a
running program keeps the files it has open and an interrupted run leaves whole files only.
PREFIX/share/fovea/manifest lists what is ours (folders that were made end with a slash): an upgrade
removes what the new version does not have, uninstall removes exactly what is listed. State and
configuration lie elsewhere and are never touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MANIFEST = "share/fovea/manifest"


def die(message):
    sys.exit(f"install: {message}")


def read_manifest(prefix):
    """What an earlier install left here: files, folders."""
    manifest = prefix / MANIFEST
    if not manifest.is_file():
        return set(), set()
    names = manifest.read_text().splitlines()
    for name in names:
        if name != "./" and (name.startswith("/") or ".." in name.split("/") or not name):
            die(f"{manifest} names '{name}', which is none of ours; nothing was changed")
    return ({name for name in names if not name.endswith("/")},
            {name for name in names if name.endswith("/")})


def write_manifest(prefix, files, folders):
    manifest = prefix / MANIFEST
    unfinished = manifest.with_suffix(".new")
    unfinished.write_text("".join(f"{name}\n" for name in sorted(files | folders)))
    unfinished.rename(manifest)


def stage(build, prefix, place):
    """The new tree, in a folder of its own on the same file system; the files know PREFIX."""
    done = subprocess.run(["cmake", "--install", build, "--prefix", prefix, "--strip"],
                          env={**os.environ, "DESTDIR": str(place)}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    (build / "install_manifest.txt").unlink(missing_ok=True)  # of CMake's own, and maybe root's
    if done.returncode != 0:
        die(f"putting the tree together failed:\n{done.stdout[-2000:]}")
    return place / prefix.relative_to("/")


def remove_folders(prefix, folders):
    for name in sorted(folders, key=len, reverse=True):  # the deepest first
        try:
            (prefix / name).rmdir()
        except OSError:
            pass  # somebody else's things are in it


def install(build, prefix):
    old_files, folders = read_manifest(prefix)
    if not prefix.exists():
        folders.add("./")
    prefix.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".fovea-install-", dir=prefix))
    try:
        new = stage(build, prefix, place)
        files = {str(path.relative_to(new)) for path in new.rglob("*") if not path.is_dir()}
        files.add(MANIFEST)
        for name in sorted(files - old_files):
            if os.path.lexists(prefix / name):
                die(f"{prefix / name} is there and not ours; nothing was changed")
        for folder in sorted(path for path in new.rglob("*") if path.is_dir()):
            name = f"{folder.relative_to(new)}/"
            if not (prefix / name).is_dir():
                (prefix / name).mkdir()
                (prefix / name).chmod(0o755)
                folders.add(name)
        write_manifest(prefix, files | old_files, folders)  # an interrupted run can be uninstalled
        for name in sorted(files - {MANIFEST}):
            os.replace(new / name, prefix / name)
        for name in old_files - files:
            (prefix / name).unlink(missing_ok=True)
        kept = {name for name in folders if any(f"./{f}".startswith(name) or f.startswith(name)
                                                for f in files)}
        remove_folders(prefix, folders - kept)
        write_manifest(prefix, files, kept)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"installed {len(files)} files into {prefix}; they are listed in {MANIFEST}")


def uninstall(prefix):
    files, folders = read_manifest(prefix)
    if not files:
        die(f"{prefix} has no {MANIFEST}: nothing was installed there")
    for name in files - {MANIFEST}:
        (prefix / name).unlink(missing_ok=True)
    (prefix / MANIFEST).unlink()
    remove_folders(prefix, folders)
    print(f"removed {len(files)} files from {prefix}; state and configuration are where they were")


def main(arguments):
    os.umask(0o022)  # others run what one installs
    if len(arguments) == 3 and arguments[0] == "install":
        install(Path(arguments[1]).resolve(), Path(arguments[2]).resolve())
    elif len(arguments) == 2 and arguments[0] == "uninstall":
        uninstall(Path(arguments[1]).resolve())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
