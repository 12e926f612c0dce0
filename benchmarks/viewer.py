"""How smoothly a head moves in a browser: `python -m benchmarks.viewer` (needs playwright and a Chromium).

Starts the app, opens the page Expressions in Chromium without a window and without a graphics card (SwiftShader), lets
the opening film play, and counts pictures for some seconds: as fine as the screen, and as fine as the viewer thinks
right. Says how busy the machine was, since that decides; and what a picture costs all of the browser's processes
together in time of a processor, which other work does not change much.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FLAGS = ("--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic")
VIEWER = "[...document.querySelectorAll('*')].map((n) => n.shadowRoot?.querySelector('.head3d')?.viewer).find(Boolean)"
COUNT = """async (seconds) => {
  const stage = VIEWER.stage, start = performance.now();
  let pictures = 0;
  stage.listeners.drawn.push(() => { pictures += 1; });
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  stage.listeners.drawn.pop();
  const { width, height } = stage.canvas;
  return { pictures, rate: (1000 * pictures) / (performance.now() - start), width, height };
}""".replace("VIEWER", VIEWER)

SETTLE = """async () => {
  let pictures = 0;
  VIEWER.stage.listeners.drawn.push(() => { pictures += 1; });
  while (pictures < 30) await new Promise((done) => setTimeout(done, 100));
  VIEWER.stage.listeners.drawn.pop();
}""".replace("VIEWER", VIEWER)


@contextmanager
def app() -> Iterator[tuple[str, int]]:
    """Runs the app and gives its address and the number of its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait()


def spent(besides: int) -> float:
    """Sums the time that this process's descendants have had a processor, s, but for one family of them (Linux)."""
    ticks, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(stat.parent.name)
        parents[number], ticks[number] = int(fields[1]), int(fields[11]) + int(fields[12])

    def ours(number: int) -> bool:
        above = parents.get(number)
        return number != besides and (above == os.getpid() or (above is not None and ours(above)))

    return sum(count for number, count in ticks.items() if ours(number)) / os.sysconf("SC_CLK_TCK")


def measure(page: Any, seconds: float, server: int) -> dict[str, dict[str, float]]:
    """Counts pictures of the opening film."""
    found = {}
    page.get_by_role("button", name="Play", exact=True).click()
    for name, setting in (
        ("as fine as the screen", f"{VIEWER}.stage.fineness.note = () => {{}}"),
        ("as fine as the viewer thinks right", f"delete {VIEWER}.stage.fineness.note"),
    ):
        page.evaluate(setting)
        page.evaluate(SETTLE)
        before = spent(server)
        counted = page.evaluate(COUNT, seconds)
        cost = 1000 * (spent(server) - before) / max(counted["pictures"], 1)
        found[name] = counted | {"load": os.getloadavg()[0], "cost": cost}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with app() as (address, server), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=options.chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(600_000)
        page.goto(f"{address}/expressions")
        page.wait_for_function(f"() => {VIEWER}?.head?.look")
        page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
        print(
            "| pictures | pictures/s | ms of a processor a picture | px |"
            f" load of the machine ({os.cpu_count()} processors) |"
        )
        print("|---|---:|---:|---:|---:|")
        for name, row in measure(page, options.seconds, server).items():
            size = f"{row['width']:.0f} × {row['height']:.0f}"
            print(f"| {name} | {row['rate']:.1f} | {row['cost']:.0f} | {size} | {row['load']:.1f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
