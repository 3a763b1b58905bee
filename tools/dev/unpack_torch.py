#!/usr/bin/env python3
"""unpack_torch.py FOLDER: LibTorch's include, lib and licences out of FOLDER/fetched (see torch.sh)."""

import shutil
import sys
import zipfile
from pathlib import Path

# What fovea-train is linked to, and what that needs.
LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libc10.so", "libgomp", "libgfortran", "libopenblas", "libarm_compute")


def put(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def main() -> None:
    folder = Path(sys.argv[1])
    wheel = next((folder / "fetched").glob("*.whl"))
    jars = list((folder / "fetched").glob("*.jar"))
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("torch/include/") and not name.endswith("/"):
                put(archive, name, folder / name.removeprefix("torch/"))
            elif name.endswith(("dist-info/LICENSE", "dist-info/NOTICE")):
                put(archive, name, folder / "licences" / Path(name).name)
    with zipfile.ZipFile(jars[0] if jars else wheel) as archive:
        for name in archive.namelist():
            if Path(name).name.startswith(LIBRARIES):
                put(archive, name, folder / "lib" / Path(name).name)


if __name__ == "__main__":
    main()
