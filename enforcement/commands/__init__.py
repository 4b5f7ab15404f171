"""The commands of `flask --app wsgi …`, one module per subject. People read Chinese, programs `--json`.

Exit codes: 0 it is so, or done; 1 it does not hold, or was refused with a sentence; 2 the command was not understood.
"""
