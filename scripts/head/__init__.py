"""Makes the head: cuts, unwraps and samples it, paints and renders it, and finds MediaPipe's landmarks on it."""
