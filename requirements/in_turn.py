"""Become a command once no other is at work on `.venv`: `python3 requirements/in_turn.py make ...`.

The command has two variables: BASE, the Python that makes environments, and PLACE, where one of it
stands. An old Python has to be able to read all of this, so that it can refuse itself.
"""

import fcntl
import os
import signal
import sys

# Not the .venv's own Python, which may be first in PATH, and may be about to be removed.
BASE = getattr(sys, "_base_executable", sys.executable)
VERSION = sys.version_info[:2]

if not (3, 11) <= VERSION <= (3, 14):
    sys.exit("Sift needs Python 3.11 to 3.14, and %s is Python %d.%d." % ((BASE,) + VERSION))
try:
    import ensurepip  # noqa: F401
    import venv  # noqa: F401
except ImportError:
    sys.exit(
        "%s cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" % BASE
    )

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the wait without a traceback
lock = os.open(__file__, os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)  # so that it is held for as long as the command runs
os.environ["BASE"] = BASE
os.environ["PLACE"] = "%s of %s, Python %d.%d" % ((os.getcwd(), os.path.realpath(BASE)) + VERSION)
os.execvp(sys.argv[1], sys.argv[1:])
