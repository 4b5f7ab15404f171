"""The database of the pages: Flask-SQLAlchemy's engine and pool, and the session through which a page reads.

Acts do not use this session: theirs belong to one actor, one moment and one commit (`work.py`), on the same pool.
"""

from flask_sqlalchemy import SQLAlchemy

from enforcement.models.base import Base

database = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})
