"""The network between Sift and its database cut without a word, and mended.

PostgreSQL runs in a network namespace of its own, which a pair of virtual cards joins to the
machine's. With the far one down whatever is sent vanishes, as behind a switch that lost its power:
nobody refuses anything. It takes root, `ip`, and a kernel that lets us.
"""

import contextlib
import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.installation import Installation, installation, own_postgres
from tests.faults.killing import amid_a_move

CUT = 15.0  # seconds; longer than any limit that should end the waiting
_IP = "/usr/sbin/ip"
_SPACE = f"sift-{os.getpid()}"
_OURS, _ITS = "sift-ours", "sift-its"  # the cards
_OUR_ADDRESS, _ITS_ADDRESS = "10.213.7.1", "10.213.7.2"
_CLONE_NEWNET = 0x40000000


def lacks() -> str | None:
    """What this machine lacks for it; None where it can be tried."""
    if os.geteuid() != 0 or not Path(_IP).exists():
        return "it takes root and ip (iproute2)"
    try:
        with _joined_namespace():
            return None
    except subprocess.CalledProcessError:
        return "this machine forbids network namespaces"


@contextlib.contextmanager
def _installed() -> Iterator[Installation]:
    with own_postgres().in_use():  # the data are there, then
        rules = own_postgres().data / "hba-of-network.conf"
        rules.write_text(f"local all all trust\nhost all all {_OUR_ADDRESS}/32 trust\n")
        rules.chmod(0o644)
    postgres = own_postgres(listen_addresses=_ITS_ADDRESS, hba_file=str(rules))
    with _joined_namespace(), contextlib.ExitStack() as stack:
        _within_namespace(postgres.acquire)
        stack.callback(postgres.release)
        reached_by = f"postgres://sift@{_ITS_ADDRESS}:5432"
        yield stack.enter_context(installation(postgres, reached_by=reached_by))


def _cut(there: Installation) -> None:
    amid_a_move(there)
    _its("link", "set", _ITS, "down")
    time.sleep(CUT)
    _its("link", "set", _ITS, "up")


FAULTS = (
    Fault(name="network cut", inflict=_cut, install=_installed, lacks=lacks, moves_many=True),
)


# --- The namespace -------------------------------------------------------------------------------
@contextlib.contextmanager
def _joined_namespace() -> Iterator[None]:
    _ip("netns", "add", _SPACE)
    try:
        _ip("link", "add", _OURS, "type", "veth", "peer", "name", _ITS, "netns", _SPACE)
        _ip("address", "add", f"{_OUR_ADDRESS}/30", "dev", _OURS)
        _ip("link", "set", _OURS, "up")
        _its("address", "add", f"{_ITS_ADDRESS}/30", "dev", _ITS)
        _its("link", "set", _ITS, "up")
        # Else the kernel finds within seconds that nobody has this address, and says so.
        _ip("neighbour", "replace", _ITS_ADDRESS, "lladdr", _card_number(), "dev", _OURS)
        yield
    finally:
        _ip("netns", "delete", _SPACE)


def _ip(*words: str) -> None:
    subprocess.run([_IP, *words], check=True, capture_output=True)


def _its(*words: str) -> None:
    _ip("-netns", _SPACE, *words)


def _card_number() -> str:
    said = ["-netns", _SPACE, "-brief", "link", "show", _ITS]
    done = subprocess.run([_IP, *said], check=True, capture_output=True, text=True)
    return done.stdout.split()[2]


def _within_namespace(act: Callable[[], object]) -> None:
    """Do it in a thread that has entered the namespace, as have the processes that it begins."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            with Path(f"/run/netns/{_SPACE}").open("rb") as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            act()
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
