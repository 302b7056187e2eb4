"""Make `.venv` hold what a lock file names: `python3 requirements/install.py run` (or `develop`).

Only the standard library, and nothing that an old Python cannot read: it has to say so itself.
"""

import hashlib
import os
import shutil
import subprocess
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(PROJECT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
# Not the .venv's own Python, which may be first in PATH, and may be about to be removed.
BASE = getattr(sys, "_base_executable", sys.executable)
OLDEST, NEWEST = (3, 11), (3, 14)


def main(lock):
    if os.path.islink(VENV):  # somebody's own arrangement: theirs to keep up to date
        return
    check_python()
    if read("venv") != place():  # missing, half made, moved, or of another Python
        make_venv()
    # The develop lock holds all of the run lock, so either is also served by it.
    wanted = digest(lock)
    if wanted not in (read("run"), read("develop")):
        install(lock)
        write(lock, wanted)
        if lock == "develop":
            write("run", digest("run"))


def check_python():
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        stop("Sift needs Python 3.11 to 3.14, and %s is Python %d.%d." % (BASE, *version))
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "%s cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"
            % BASE
        )


def place():
    """Where the environment is and of which Python: it works nowhere else and with no other."""
    return "%s\n%s\nPython %d.%d\n" % (VENV, os.path.realpath(BASE), *sys.version_info[:2])


def make_venv():
    print("Making .venv...", flush=True)
    if os.path.lexists(VENV):
        shutil.rmtree(VENV)
    run([BASE, "-m", "venv", VENV])
    write("venv", place())


def install(lock):
    print("Installing requirements/%s.lock..." % lock, flush=True)
    forget("run"), forget("develop")  # until pip is done nothing is sure
    quietly = ["--quiet", "--disable-pip-version-check", "--no-input"]
    hashed = ["--require-hashes", "--requirement", lock_file(lock)]
    run([PYTHON, "-m", "pip", "install", *quietly, *hashed])


def run(command):
    """Run it, without the settings that would send packages elsewhere."""
    elsewhere = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON")
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}
    env["PIP_USER"] = "0"
    if subprocess.call(command, env=env, cwd=PROJECT) != 0:
        stop("Failed: %s" % " ".join(command))


def lock_file(lock):
    return os.path.join(PROJECT, "requirements", lock + ".lock")


def digest(lock):
    with open(lock_file(lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read(stamp):
    try:
        with open(stamp_file(stamp)) as file:
            return file.read()
    except OSError:
        return None


def write(stamp, text):
    with open(stamp_file(stamp), "w") as file:
        file.write(text)


def forget(stamp):
    if os.path.exists(stamp_file(stamp)):
        os.remove(stamp_file(stamp))


def stamp_file(stamp):
    return os.path.join(VENV, ".installed-" + stamp)


def stop(line):
    sys.exit(line)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        stop("Interrupted. The next make goes on from here.")
