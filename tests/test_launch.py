"""The launcher's children: started again when they die, stopped when asked, ended when they do not stop, and one port for one page."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import launch
from core.child import Child, run_once
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
STUBBORN = "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); threading.Event().wait()"


def a_child(code: str) -> Child:
    child = Child("test", "unused")
    child.command = [sys.executable, "-c", code]
    return child


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_child_that_dies_is_started_again_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("core.child.time.monotonic", lambda: clock[0])
    child = a_child("raise SystemExit(3)")
    child.start()
    pauses = []
    for _ in range(4):
        assert child.process is not None
        dead = child.process
        dead.wait()
        child.look_after()
        assert child.again_at is not None
        pauses.append(child.again_at - clock[0])
        child.look_after()
        assert child.process is dead
        clock[0] = child.again_at
        child.look_after()
        assert child.process is not dead
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    child.wait(clock[0] + 10)


def test_a_child_that_lives_is_left_alone_and_stops_when_asked() -> None:
    child = a_child("import threading; threading.Event().wait()")
    child.start()
    process = child.process
    child.look_after()
    assert child.process is process
    assert process is not None
    child.ask_to_stop()
    child.wait(time.monotonic() + 10)
    assert process.returncode == -signal.SIGTERM


def test_a_child_that_does_not_stop_is_ended() -> None:
    child = a_child(STUBBORN)
    child.start()
    assert child.process is not None
    child.ask_to_stop()
    child.wait(time.monotonic())
    assert child.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)


def test_running_once_gives_the_exit_status() -> None:
    assert run_once("core.launch", "--nonsense") == 2


def test_a_taken_port_is_seen(port: int) -> None:
    assert not launch.taken("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert launch.taken("127.0.0.1", port)


def test_the_address_is_one_that_a_browser_can_open() -> None:
    assert launch.address(Settings(host="0.0.0.0", port=8600)) == "http://127.0.0.1:8600"


@pytest.fixture
def started(tmp_path: Path, port: int) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the launcher on free ports in a folder of its own."""
    processes = []

    def start() -> subprocess.Popen[str]:
        given = {
            "FIRSTLIGHT_DATA_DIR": str(tmp_path / "home"),
            "FIRSTLIGHT_PORT": str(port),
            "FIRSTLIGHT_DICOM_PORT": str(port + 1 if port < 65535 else 1),
        }
        command = [sys.executable, "-m", "core.launch"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """The next line of output that holds these words."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    pytest.fail(f"the launcher ended without saying “{words}”")


@pytest.mark.e2e
def test_the_page_answers_everything_stops_in_time_and_a_second_launcher_is_refused(
    started: Callable[[], subprocess.Popen[str]], port: int
) -> None:
    first = started()
    line = line_with(first, "Firstlight is ready")
    assert f"http://127.0.0.1:{port}" in line
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        assert answer.status == 200
    second = started()
    assert "FIRSTLIGHT_PORT" in line_with(second, "in use")
    assert second.wait(30) == 2
    asked = time.monotonic()
    first.send_signal(signal.SIGINT)
    line_with(first, "Stopped")
    assert first.wait(30) == 0
    assert time.monotonic() - asked < 12
    assert not launch.taken("127.0.0.1", port)
