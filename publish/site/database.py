"""The public site's database: Flask-SQLAlchemy's engine and pool, its connections as the driver gives them."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy

from publish.tables import Base

database = SQLAlchemy(model_class=Base)

ENGINE_OPTIONS: dict[str, Any] = {
    "connect_args": {
        "autocommit": True,  # a page is one or two statements, so no BEGIN and no ROLLBACK travel
        "connect_timeout": 5,
        "application_name": "mingjian-public",
        "options": "-c statement_timeout=5000 -c jit=off -c timezone=Asia/Shanghai",
    },
    "isolation_level": "AUTOCOMMIT",
    "hide_parameters": True,
    "pool_size": 0,  # as many as threads ask at the same time, never more
    "pool_use_lifo": True,
    "pool_reset_on_return": None,  # nothing is open that could be reset
}
