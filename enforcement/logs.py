"""Logs of every process of the inside: one JSON object a line, without personal data or values of variables."""

import logging

import structlog


def configure() -> None:
    """Ours and the libraries' logs on standard output; an exception as its plain traceback, never with locals."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format='{"level": "%(levelname)s", "event": "%(name)s"}')
