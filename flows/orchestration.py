"""Prefect's surroundings: its home, its server, the one-writer limit. Nothing of what the steps do.

With ``PREFECT_API_URL`` set, that server is used. Without, a temporary one is started for the run; its start
costs more processor time than all else in a small run, so it happens while this process loads the model.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from urllib.error import URLError
from urllib.request import urlopen

from flows.errors import LedgerError, StorageError
from flows.settings import Settings

SERVER_START_TIMEOUT_S = 120
"""The first start of a server makes its database; on a busy machine that has taken over a minute."""


def prepare_environment(settings: Settings) -> None:
    """Set what Prefect, dbt and Great Expectations read from the environment; before any of them is imported.

    What the user has set stays.

    Raises:
        StorageError: The home cannot be written.
    """
    try:
        # Prefect makes its own folder, but not the one above it, and then waits for a server that cannot start.
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{settings.home}: {error.strerror}. Set NEWSLEDGER_HOME to a folder that can be written."
        ) from error
    defaults = {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(SERVER_START_TIMEOUT_S),
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def start_server_in_background() -> threading.Thread | None:
    """Begin to start the temporary server that the next flow would wait for; None where one is configured.

    Returns:
        The thread that waits for it; a flow run started earlier waits by itself.
    """
    if os.environ.get("PREFECT_API_URL"):
        return None

    def start() -> None:
        from prefect.server.api.server import SubprocessASGIServer

        server = SubprocessASGIServer()
        waiting = threading.Thread(target=server.start, args=(SERVER_START_TIMEOUT_S,), daemon=True)
        waiting.start()
        while waiting.is_alive() and server.server_process is None:
            time.sleep(0.05)
        if server.server_process is not None:
            end_with_us(server.server_process.pid)
        waiting.join()

    thread = threading.Thread(target=start, name="prefect-server-start", daemon=True)
    thread.start()
    return thread


def end_with_us(pid: int) -> None:
    """Have a process end when this one does, even by ``kill -9``: a server left behind holds 400 MB for ever.

    A shell waits for the end of a pipe that only this process holds open, which no way of dying can prevent.
    """
    reading, _held_until_the_end = os.pipe()
    subprocess.Popen(
        ["sh", "-c", "trap '' INT TERM; read -r _; kill $0", str(pid)],
        stdin=reading,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(reading)


def writer_limit_name(settings: Settings) -> str:
    """One limit per warehouse: flows of two warehouses may run side by side."""
    place = f"{socket.gethostname()}:{settings.home}"
    return f"newsledger-writer-{sha256(place.encode()).hexdigest()[:8]}"


def make_writer_limit(settings: Settings) -> str:
    """Make the limit of one writer, and give back a slot that a killed run took along; returns its name.

    Call with the warehouse's lock held: it proves that no other run on this machine holds the slot.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

    name = writer_limit_name(settings)
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, limit=1)
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active_slots=0))
    return name


@contextmanager
def own_server() -> Iterator[str]:
    """A Prefect server of our own on loopback while the block runs, for schedules; yields its API's address.

    Where ``PREFECT_API_URL`` is set, that server is used and none is started.

    Raises:
        LedgerError: It did not answer in time; says how to start one by hand.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield configured
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end_with_us(server.pid)
    url = f"http://127.0.0.1:{port}/api"
    try:
        _wait_until_healthy(url, server)
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SERVER_START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{url}/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise LedgerError(
        f"The Prefect server at {url} did not answer within {SERVER_START_TIMEOUT_S} s. "
        "Start one with `prefect server start` and set PREFECT_API_URL to it."
    )
