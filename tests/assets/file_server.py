"""An http server for tests: knows ranges, and can break off, lie and fail on demand."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves one content at every path; the list `plan` tells how to treat the next requests, `requests` what came."""

    def __init__(self, content: bytes):
        self.content, self.plan, self.requests = content, [], []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/file.bin"

    def _handler(outer):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.headers.get("Range"))
                order = outer.plan.pop(0) if outer.plan else "whole"
                if order in range(400, 600):
                    self.send_error(order)
                    return
                start = 0
                if self.headers.get("Range") and order != "no ranges":
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                    if start >= len(outer.content):
                        self.send_error(416)
                        return
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(outer.content) - 1}/{len(outer.content)}")
                else:
                    self.send_response(200)
                body = outer.content[start:]
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:order] if isinstance(order, int) else body)
                self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler
