"""What SQLAlchemy says that PostgreSQL can do: test/requirements.py of its source distribution, in SQLALCHEMY_SOURCE."""
import importlib.util
import os

_path = os.path.join(os.environ["SQLALCHEMY_SOURCE"], "test", "requirements.py")
_spec = importlib.util.spec_from_file_location("sqlalchemy_requirements", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)


class Requirements(_module.DefaultRequirements):
    """Nothing is taken away: what Gavel lacks shows as a failure."""
