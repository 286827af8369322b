"""Runs SQLAlchemy's dialect test suite on the server under test and on a PostgreSQL 15, and compares.

PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE give the server under test, ORACLE_PORT the port of a PostgreSQL 15 on
127.0.0.1 (user postgres). What PostgreSQL passes and the server does not is printed and counts as failed, and so does a
server that passes less than PostgreSQL does; tests that PostgreSQL skips or fails count on neither side.

    python compare.py                 both drivers, both servers
    python compare.py psycopg -k Join    one driver; what follows goes to pytest
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from scratch import Scratch, connection_settings  # noqa: E402

DATABASE = "client_sqlalchemy_suite"
# A test may take a minute, and all of them so many seconds.
LIMIT = int(os.environ.get("SUITE_SECONDS", "1500"))


def run(driver, server, arguments):
    """The outcome of each test: passed, failed (with the error's last line) or skipped."""
    url = f"postgresql+{driver}://{server['user']}:{server['password'] or 'none'}@{server['host']}:{server['port']}/{DATABASE}"
    environment = {**os.environ, "PGHOST": server["host"], "PGPORT": str(server["port"]), "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ.update(PGHOST=server["host"], PGPORT=str(server["port"]), PGUSER=server["user"])
    with tempfile.TemporaryDirectory() as folder, Scratch(DATABASE) as scratch:
        import psycopg
        with psycopg.connect(dbname=scratch.name, autocommit=True) as conn:
            conn.execute("CREATE SCHEMA test_schema")
            conn.execute("CREATE SCHEMA test_schema_2")
        report = pathlib.Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--dburi", url, f"--junitxml={report}", "--timeout=60", "--timeout-method=signal", *arguments]
        with open(pathlib.Path(folder) / "log", "w+") as log:
            try:
                subprocess.run(command, cwd=HERE, env=environment, stdout=log, stderr=subprocess.STDOUT, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                log.seek(0)
                raise SystemExit(f"{driver} on port {server['port']} did not end in {LIMIT} s:\n{log.read()[-4000:]}")
            if not report.exists():
                log.seek(0)
                raise SystemExit(f"{driver} on port {server['port']}:\n{log.read()[-4000:]}")
        outcomes = {}
        for case in ElementTree.parse(report).iter("testcase"):
            # Names of tests end in the dialect and the server's version.
            name = re.sub(r"_postgresql\+\w+?_[\d_]+", "", f"{case.get('classname').split('.')[-1]}::{case.get('name')}")
            bad = [child for child in case if child.tag in ("failure", "error")]
            if bad:
                outcomes[name] = ("failed", (bad[0].get("message") or "").strip().replace("\n", " ")[:300])
            else:
                outcomes[name] = ("skipped" if case.find("skipped") is not None else "passed", "")
        return outcomes


def main():
    arguments = sys.argv[1:]
    drivers = [arguments.pop(0)] if arguments and arguments[0] in ("psycopg", "asyncpg") else ["psycopg", "asyncpg"]
    target = connection_settings()
    oracle = {"host": "127.0.0.1", "port": os.environ["ORACLE_PORT"], "user": "postgres", "password": ""}
    passed = failed = 0
    for driver in drivers:
        count = lambda outcomes: sum(1 for outcome, _ in outcomes.values() if outcome == "passed")  # noqa: E731
        on_oracle, on_target = run(driver, oracle, arguments), run(driver, target, arguments)
        wanted = [name for name, (outcome, _) in on_oracle.items() if outcome == "passed"]
        missing = [name for name in wanted if on_target.get(name, ("absent", ""))[0] != "passed"]
        print(f"sqlalchemy suite, {driver}: {count(on_oracle)} passed on PostgreSQL, {count(on_target)} on the server; {len(missing)} pass on PostgreSQL only")
        for name in missing:
            outcome, message = on_target.get(name, ("absent", ""))
            print(f"  {name}: {outcome} {message}".rstrip())
        if not wanted:
            raise SystemExit("no test passed on PostgreSQL: the suite did not run")
        passed += len(wanted) - len(missing)
        failed += len(missing)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
