"""SQLAlchemy's own plugin for pytest."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
pytest.register_assert_rewrite("sqlalchemy.testing.assertions")

from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: E402, F401, F403

from sqlalchemy.dialects.postgresql import provision as _postgresql  # noqa: E402, F401
from sqlalchemy.testing import provision as _provision  # noqa: E402

_create_extensions = _provision.post_configure_engine.fns["postgresql"]


def _create_extensions_if_possible(*arguments, **named):
    """citext and hstore, which none of the tests of the suite needs; without them the plugin would run no test."""
    try:
        _create_extensions(*arguments, **named)
    except Exception as error:
        print(f"without extensions: {error}")


_provision.post_configure_engine.fns["postgresql"] = _create_extensions_if_possible
