"""Before the tests: `python -m tests.equipment` installs what they need and is missing.

Chromium, Redis and nginx, only where that takes no question: Redis comes as a wheel where there is
one, and root may ask Debian's packages. Elsewhere the tests marked `browser`, `redis` and `nginx`
are skipped, and say so.
"""

import os
import shutil
import subprocess
import sys

from tests.servers import chromium_program, nginx_program, redis_program


def main() -> None:
    missing = []
    if redis_program() is None:
        missing.append("redis-server")
    if chromium_program() is None:
        missing.append("chromium-headless-shell")
    if nginx_program() is None:
        missing.append("nginx-light")
    if not missing:
        return
    names = ", ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.stdout.write(f"Without {names} the tests that need them are skipped.\n")
        return
    sys.stdout.write(f"Installing {names}...\n")
    sys.stdout.flush()
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        if subprocess.run(["apt-get", *words], env=env, check=False).returncode != 0:
            sys.stdout.write(f"That failed; the tests that need {names} are skipped.\n")
            return


if __name__ == "__main__":
    main()
