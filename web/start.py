"""Starts Streamlit for ./run, so that Ctrl+C ends it quietly from the first moment on: its packages take a second to load."""

import signal

# Without Python's own handler, which would print where in the loading of packages it was. The server sets its own later.
signal.signal(signal.SIGINT, signal.SIG_DFL)

if __name__ == "__main__":
    from runpy import run_module

    run_module("streamlit", run_name="__main__", alter_sys=True)
