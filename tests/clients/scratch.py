"""What the Python programs share: a scratch database of their own, and steps that can fail.

The server is given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. A program stops at its first failed step;
with KEEP_GOING=1 it prints the error and goes on, to list all that fails, and still exits with 1.
"""
import os
import sys
import traceback

import psycopg


def connection_settings():
    return {
        "host": os.environ.get("PGHOST", "127.0.0.1"), "port": os.environ.get("PGPORT", "5432"),
        "user": os.environ.get("PGUSER", "postgres"), "password": os.environ.get("PGPASSWORD", ""),
    }


class Scratch:
    """A database that exists from `with` to its end, also if an earlier run left one behind."""

    def __init__(self, name):
        self.name = name

    def drop(self):
        with psycopg.connect(autocommit=True) as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def __enter__(self):
        self.drop()
        with psycopg.connect(autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{self.name}"')
        return self

    def __exit__(self, *_):
        self.drop()


class Steps:
    """Runs named functions in order and counts."""

    def __init__(self, program):
        self.program, self.passed, self.failed = program, 0, []

    def run(self, function, *args, name=None):
        name = name or function.__name__
        try:
            function(*args)
        except Exception as error:
            self.failed.append(name)
            print(f"{self.program}: FAILED {name}", file=sys.stderr)
            if os.environ.get("KEEP_GOING") != "1":
                traceback.print_exc()
                self.finish()
            place = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename][-1]
            print(f"  {place.filename}:{place.lineno}: {place.line}", file=sys.stderr)
            print("  " + "".join(traceback.format_exception_only(error))[-1500:], file=sys.stderr)
            return False
        self.passed += 1
        return True

    def finish(self):
        """Prints the counts, and raises if a step failed, so that scratch databases are dropped all the same."""
        print(f"{self.program}: {self.passed} passed, {len(self.failed)} failed {' '.join(self.failed)}".rstrip())
        if self.failed:
            raise SystemExit(1)


def equal(got, want, what=""):
    assert got == want, f"{what}: got {got!r}, want {want!r}"


def raises(error, function, *args, **kwargs):
    """Runs `function`, which must raise `error`; returns it."""
    try:
        function(*args, **kwargs)
    except error as raised:
        return raised
    raise AssertionError(f"{error.__name__} was not raised")
