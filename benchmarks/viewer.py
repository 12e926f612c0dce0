"""How smoothly a head moves in a browser: `python -m benchmarks.viewer` (needs playwright and a Chromium).

Starts the app, opens the page Expressions in Chromium without a window and without a graphics card (SwiftShader), lets
the opening film play, and counts pictures for some seconds: as fine as the screen, and as fine as the viewer thinks
right. Says how busy the machine was, since that decides.
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
  const { canvas, cost } = stage;
  return { rate: (1000 * pictures) / (performance.now() - start), width: canvas.width, height: canvas.height, cost };
}""".replace("VIEWER", VIEWER)


@contextmanager
def app() -> Iterator[str]:
    """Runs the app and gives its address."""
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
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def measure(page: Any, seconds: float) -> dict[str, dict[str, float]]:
    """Counts pictures of the opening film."""
    found = {}
    page.get_by_role("button", name="Play", exact=True).click()
    for name, setting in (
        ("as fine as the screen", f"{VIEWER}.stage.fineness.note = () => {{}}"),
        ("as fine as the viewer thinks right", f"delete {VIEWER}.stage.fineness.note"),
    ):
        page.evaluate(setting)
        page.wait_for_timeout(3000)  # to settle
        found[name] = page.evaluate(COUNT, seconds) | {"load": os.getloadavg()[0]}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with app() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=options.chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(600_000)
        page.goto(f"{address}/expressions")
        page.wait_for_function(f"() => {VIEWER}?.head?.look")
        page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
        print(f"| pictures | pictures/s | px | load of the machine ({os.cpu_count()} processors) |")
        print("|---|---:|---:|---:|")
        for name, row in measure(page, options.seconds).items():
            print(f"| {name} | {row['rate']:.0f} | {row['width']:.0f} × {row['height']:.0f} | {row['load']:.1f} |")
        browser.close()


if __name__ == "__main__":
    main()
