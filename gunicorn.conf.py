"""How gunicorn serves Sift; `gunicorn sift_site.wsgi` reads it from this folder.

From the environment: WEB_CONCURRENCY (processes, 1), WEB_THREADS (threads in each, 4), PORT,
PROBE_PORT (where probes are answered as well, none) and WEB_CPU_AFFINITY (auto, on or off: whether
each process keeps to a CPU of its own, own_cpu.py).
The address is gunicorn's own rule: 0.0.0.0:$PORT where PORT is set, else 127.0.0.1:8000.
"""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from gunicorn.errors import AppImportError

from sift_site import environment
from sift_site.development import embedded_postgres
from sift_site.development.postgres_home import EmbeddedPostgresFailed
from sift_site.serving import own_cpu, probe_socket, server_log
from sift_site.watching import processes

try:
    workers = environment.count("WEB_CONCURRENCY", 1, least=1)
    threads = environment.count("WEB_THREADS", 4, least=1)
    environment.port(8000)
    probe_port = environment.probe_port()
    cpu_affinity = environment.affinity()
    environment.log_format()
except ImproperlyConfigured as error:
    sys.exit(f"gunicorn.conf.py: {error}")

worker_class = "sift_site.serving.worker.Worker"
keepalive = 15  # seconds; longer than a browser pauses between a page and its next swap
timeout = 60
graceful_timeout = 20  # for requests under way when the server is told to stop
limit_request_line = 8190
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - a worker's sign of life must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True

# gunicorn would believe X-Forwarded-Proto from this machine; SIFT_TRUSTED_PROXIES alone decides.
forwarded_allow_ips = ""
secure_scheme_headers = {}

accesslog = "-"
logger_class = server_log.ServerLog
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms %({x-request-id}o)s "%(a)s"'


def on_starting(server):
    """Refuse what would count rate limits wrongly; have a database, a socket for probes, and a
    folder for counts."""
    try:
        environment.require_shared_counters(server.num_workers)
        if environment.optional_text("DATABASE_URL") is None:
            embedded_postgres.PROJECT.hold()
        server.metrics_folder = processes.prepare()
        server.probes = None if probe_port is None else probe_socket.listen(probe_port)
    except (ImproperlyConfigured, EmbeddedPostgresFailed) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"PROBE_PORT {probe_port}: {error.strerror}")


def on_exit(server):
    """Leave no counts behind."""
    processes.clear(getattr(server, "metrics_folder", None))


def pre_fork(server, worker):
    """Choose the CPU that the worker is to keep to; here, where it is known who lives."""
    taken = [other.cpu for other in server.WORKERS.values()]
    worker.cpu = own_cpu.choose(cpu_affinity, server.num_workers, own_cpu.usable(), taken)


def post_fork(server, worker):
    """Say in one line what the settings lack, instead of a traceback from each worker."""
    gc.disable()  # until all is loaded, post_worker_init
    worker.probes = server.probes
    own_cpu.keep_to(worker.cpu)

    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured as error:
        raise AppImportError(str(error)) from None


def post_worker_init(worker):
    """Before the first request: refuse as the API does, have no statement go on for ever, and spare
    Python a search for garbage.

    Of cycles of garbage requests leave hardly any, and looking for them was a tenth of what a small
    answer costs: it is done less often, and never among what was just loaded. Nor is it while that
    is being loaded, which was a sixth of a start.
    """
    # Settings and models: only once the application is loaded.
    from foundation.database import time_limits
    from sift_site.api import server_refusals

    server_refusals.answer_as_problems()
    time_limits.hold_server_to_them()
    if worker.probes is not None:
        probe_socket.answer_in_background(worker.probes)

    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def worker_exit(server, worker):
    """Write down what keys were used for, which each process gathers for some seconds."""
    call_log = sys.modules.get("apikeys.call_log")
    if call_log is not None and worker.pid == os.getpid():
        call_log.flush()
