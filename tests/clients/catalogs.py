"""psql's backslash commands and pg_dump, side by side on PostgreSQL 15 and on the server under test.

PGHOST, PGPORT, PGUSER name the server under test; ORACLE_PORT, if it is set, a PostgreSQL 15 on this machine,
and otherwise one is started. Scratch databases are made on both and dropped again.

    python3 catalogs.py                 compares everything; exit status 1 if something differs that is not
                                        listed in docs/sql/differences.md, or is listed and does not differ
    python3 catalogs.py psql chinook    only what psql prints on one database, with the differences shown
    python3 catalogs.py dump            only pg_dump
"""

import difflib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DIFFERENCES = HERE.parent.parent / "docs/sql/differences.md"
SHARED = pathlib.Path(os.environ.get("GAVEL_SHARED", HERE.parent.parent.parent / "shared"))
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
DATABASES = ["chinook", "northwind", "shapes"]
ROLES = ["boss", "writer", "reader"]

# Relations and patterns that the commands are run on, by database.
COMMON = r"""
\d
\d+
\dt
\dt+
\di
\di+
\dv
\dv+
\dm
\dm+
\ds
\ds+
\df
\df+
\da
\dn
\dn+
\du
\du+
\dg
\dp
\z
\ddp
\dT
\dT+
\dD
\dD+
\l
\l+
\dx
\dx+
\db
\dc
\dC text
\do ||
\dO
\dd
\dE
\dF
\dRp
\dRs
\dX
\dy
\dA
\dA+
\dAc btree int4
\dAf btree int4
\dL
\dS pg_am
\d pg_class
\d pg_catalog.pg_type
\d+ pg_index
\d pg_tables
\d pg_settings
\d information_schema.columns
\dT int4
\dT+ pg_catalog.bool
\df pg_catalog.lower
\df+ lower
\df upper text
\dfa pg_catalog.max
\dfw row_number
\sf lower(text)
\sf no_such
\sv no_such
\d no_such
\d no_such.table
\dt no_such
\conninfo
\drds
"""

STATEMENTS = {
    "chinook": [
        r"\d album", r"\d+ album", r"\d track", r"\d+ track", r"\d invoice", r"\d employee", r"\d playlist_track",
        r"\d track_pkey", r"\d+ track_album_id_idx", r"\dt a*", r"\dt+ public.t*", r"\di *pkey", r"\d t*",
        r"SELECT album_id, title, artist_id FROM album WHERE false \gdesc",
        "SELECT a.name, count(*) AS n FROM artist a JOIN album USING (artist_id) GROUP BY 1 \\gdesc",
        "SELECT name AS genre FROM genre WHERE genre_id = 1 \\gset my_\n\\echo :my_genre",
        "SELECT billing_country, extract(year FROM invoice_date) AS y, count(*) AS n FROM invoice"
        " WHERE billing_country LIKE 'C%' GROUP BY 1, 2 ORDER BY 1, 2 \\crosstabview billing_country y n",
        "SELECT billing_country, extract(year FROM invoice_date) AS y FROM invoice LIMIT 1 \\crosstabview",
        "SELECT 1/0;\n\\errverbose", "SELECT * FROM albun;\n\\errverbose", "INSERT INTO genre VALUES (1, 'x');\n\\errverbose",
        "INSERT INTO album VALUES (9999, 'x', 9999);\n\\errverbose",
        "SELECT 'DELETE FROM nowhere' \\gexec",
        "\\copy (SELECT * FROM genre ORDER BY 1 LIMIT 3) TO STDOUT",
        "\\copy (SELECT * FROM genre ORDER BY 1 LIMIT 3) TO STDOUT CSV HEADER",
        "\\copy genre FROM STDIN\nx\ty\n\\.",
        "\\x\nSELECT * FROM artist ORDER BY 1 LIMIT 2;\n\\x",
        "\\pset null '<null>'\nSELECT NULL;\n\\pset null ''",
        "SELECT 1 \\bind \\g",
    ],
    "northwind": [
        r"\d orders", r"\d+ orders", r"\d order_details", r"\d employees", r"\d+ customers", r"\d territories",
        r"\d us_states", r"\d pk_orders", r"\d public.*", r"\d+ public.*", r"\di public.*", r"\dt *.orders", r"\dp orders",
        r"SELECT * FROM orders \gdesc", r"SELECT * FROM employees \gdesc",
    ],
    "shapes": [
        r"\d sales.*", r"\d+ sales.*", r"\d sales.region", r"\d sales.customer", r"\d+ sales.customer",
        r"\d sales.item", r"\d+ sales.item", r'\d "Mixed Case"', r'\d+ "Mixed Case"', r"\d sales.number",
        r"\d+ sales.number", r"\d plain", r"\d sales.rich", r"\d+ sales.rich", r"\d totals", r"\d+ totals",
        r"\d sales.customer_email", r"\d+ sales.customer_rich", r"\d sales.customer_id_seq", r"\sv sales.rich",
        r"\sv+ totals", r"\sv sales.region", r"\dt *.*r", r"\dt+ sales.*", r"\dv *.*", r"\dv+ sales.*", r"\ds *.*",
        r"\di sales.*", r"\di+ sales.*", r"\dp sales.*", r"\dp *.totals", r"\ddp sales", r"\dn+ sales", r"\dn *",
        r"\du boss", r"\du+", r"\dd sales.*", r"\dd *.credit_is_sane", r"\z sales.customer",
        r"\d tree.*", r"\d+ tree.*", r"\dt+ tree.*", r"\di+ tree.*", r"\dP", r"\dP+", r"\dP tree.*", r"\dPn+ tree.*",
        r"\dPti tree.*", r"\dPin+ tree.*", r"\dp tree.*", r"\d tree.event_region", r"\d+ tree.event_old_region",
        "INSERT INTO tree.hashed_0 VALUES (1, '1'), (2, '2'), (3, '3'), (4, '4');\n\\errverbose",
        "SET search_path = sales, public;\n\\d\n\\dt\n\\d customer\n\\d totals\n\\sv rich\n\\dp",
        "SELECT * FROM sales.customer \\gdesc", "SELECT * FROM sales.item \\gdesc",
        "INSERT INTO sales.customer (email, credit, seen) VALUES ('z', -1, '2024-01-01 00:00Z');\n\\errverbose",
        "INSERT INTO sales.customer (email) VALUES ('ANN@x.org');\n\\errverbose",
        "INSERT INTO sales.region VALUES ('XXX', 'x');\n\\errverbose",
        "INSERT INTO sales.region VALUES ('XX', NULL);\n\\errverbose",
        # Ends with an error at the third turn.
        "SELECT 1 / (3 - nextval('plain')) AS left \\watch 0.05",
        "SELECT * FROM sales.customer ORDER BY id;",
        "TABLE sales.item ORDER BY line;",
    ],
}


class Server:
    """A server, and psql and pg_dump on it."""

    def __init__(self, name, host, port, user):
        self.name, self.host, self.port, self.user = name, host, str(port), user

    def environment(self, database):
        return {**os.environ, "PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGDATABASE": database,
                "PGTZ": "UTC", "LC_ALL": "C.UTF-8", "PSQL_HISTORY": "/dev/null"}

    def run(self, args, database="postgres", text=None, both=False):
        done = subprocess.run(args, env=self.environment(database), input=text, text=True, encoding="utf-8", timeout=600,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT if both else subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr

    def script(self, text, database="postgres", whole=False):
        """Runs SQL, all in one transaction if asked; gives what psql said to stderr: nothing if all went well."""
        args = ["psql", "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1"] + (["-1"] if whole else [])
        _, _, error = self.run(args, database, text)
        kept, told = [], False
        for line in error.splitlines():
            # A notice, and its DETAIL.
            told = "NOTICE:" in line or told and line.startswith("DETAIL:")
            if not told:
                kept.append(line)
        return "\n".join(kept)

    def psql(self, database, commands):
        """What psql prints for each of `commands`, all in one session."""
        mark = "=====next command====="
        parts = [f"{command}\n\\r\n\\echo '{mark}'" for command in commands]
        # Both streams in the order of writing.
        text = "\n".join(["\\set VERBOSITY default", *parts]) + "\n"
        _, out, _ = self.run(["stdbuf", "-o0", "psql", "-X", "-n"], database, text, both=True)
        answers = out.split(f"{mark}\n")
        answers = [answer.replace("Query buffer reset (cleared).\n", "") for answer in answers]
        return answers[: len(commands)]


def postgres():
    """A PostgreSQL 15, and what ends it."""
    if "ORACLE_PORT" in os.environ:
        host, user = os.environ.get("ORACLE_HOST", "127.0.0.1"), os.environ.get("ORACLE_USER", "postgres")
        return Server("postgresql", host, os.environ["ORACLE_PORT"], user), lambda: None
    if not PG_BIN.exists():
        sys.exit("needs PostgreSQL 15 (Debian's postgresql-15)")
    folder = tempfile.mkdtemp(prefix="gavel-catalogs-")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    prefix = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        os.chmod(folder, 0o755)
        prefix = ["runuser", "-u", "postgres", "--"]
    here = {"cwd": folder, "stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([*prefix, PG_BIN / "initdb", "-D", "d", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                    "--locale=C.UTF-8"], **here)
    options = f"-p {port} -F -k {folder} -c listen_addresses=127.0.0.1"
    subprocess.run([*prefix, PG_BIN / "pg_ctl", "-D", "d", "-l", "log", "-w", "-o", options, "start"], **here)

    def end():
        subprocess.run([*prefix, PG_BIN / "pg_ctl", "-D", "d", "-m", "immediate", "stop"], **here)
        shutil.rmtree(folder, ignore_errors=True)

    return Server("postgresql", "127.0.0.1", port, "postgres"), end


def source(database):
    """The script that makes a database, without the lines that make the database itself."""
    if database == "shapes":
        return (HERE / "catalogs/shapes.sql").read_text()
    text = (SHARED / f"data/{database}.sql").read_text()
    return re.sub(r"^(CREATE DATABASE|DROP DATABASE|\\c) .*$", "", text, flags=re.M)


def drop(server, names):
    for name in names:
        server.script(f'DROP DATABASE IF EXISTS "{name}"')


def prepare(server):
    drop(server, DATABASES)
    for role in ROLES:
        server.script(f"DROP ROLE IF EXISTS {role}")
    for database in DATABASES:
        server.script(f"CREATE DATABASE {database}")
        error = server.script(source(database), database, whole=True)
        if error:
            sys.exit(f"{database} does not load into {server.name}:\n{error}")


def plain(text):
    """Output without what may differ between any two servers: sizes, port."""
    text = re.sub(r"\d+ (bytes|kB|MB|GB)\b", "<size>", text)
    if "<size>" in text or " Size " in text:
        text = re.sub(r" *\| *", " | ", re.sub(r"-{3,}", "---", text))
        text = re.sub(r" +", " ", text)
    text = re.sub(r"^.*\(every 0.05s\)$", "<time>", text, flags=re.M)
    text = re.sub(r'port "\d+"', 'port "<port>"', text)
    # Where in its sources PostgreSQL raised an error, and what it is built from.
    return re.sub(r"^LOCATION:.*\n", "", text, flags=re.M)


def known():
    """Differences listed in the documentation: command by database, with the reason."""
    found = {}
    for line in DIFFERENCES.read_text().splitlines():
        cells = re.fullmatch(r"\| (\w+) \| `(.*)` \| (.+) \|", line)
        if cells:
            found[cells[1], cells[2].replace("\\|", "|")] = cells[3]
    return found


def compare_psql(oracle, tested, databases, show):
    listed, problems, count = known(), 0, 0
    for database in databases:
        commands = [c for c in COMMON.strip().splitlines()] + STATEMENTS[database]
        pairs = zip(commands, oracle.psql(database, commands), tested.psql(database, commands), strict=False)
        for command, theirs, ours in pairs:
            count += 1
            differs = plain(theirs) != plain(ours)
            label = command.splitlines()[0] if "\n" in command else command
            reason = listed.get((database, label)) or listed.get(("all", label))
            if differs == bool(reason):
                continue
            if not differs and ("all", label) in listed:
                continue
            problems += 1
            print(f"--- {database}: {command}" + ("" if differs else "  is listed as different, but is the same"))
            if differs and show:
                lines = difflib.unified_diff(plain(theirs).splitlines(), plain(ours).splitlines(), "postgresql",
                                             tested.name, lineterm="", n=0)
                print("\n".join(list(lines)[2:40]))
    print(f"psql: {count - problems} of {count} as they should be")
    return problems


def statements(dump):
    """A dump without what names the server's version."""
    lines = [l for l in dump.splitlines() if not l.startswith("-- Dumped ") and not l.startswith(("\\restrict", "\\unrestrict"))]
    return "\n".join(lines)


def ordered(dump):
    """A dump's lines, whatever order they came in."""
    return sorted(dump.splitlines())


def compare_dump(oracle, tested, databases, show):
    """pg_dump of both servers is the same text, and loads into either."""
    listed, problems = known(), 0

    def check(what, good, told=""):
        nonlocal problems
        if not good:
            problems += 1
            print(f"--- pg_dump {what}")
            if show and told:
                print("\n".join(told.splitlines()[:60]))

    for database in databases:
        dumps = {}
        for kind in ["--schema-only", "--data-only", "--inserts", "--clean"]:
            texts = []
            for server in (oracle, tested):
                status, out, error = server.run([PG_BIN / "pg_dump", kind], database)
                check(f"{kind} {database} on {server.name} runs", status == 0, error)
                texts.append(statements(out))
                dumps[kind, server.name] = out
            lines = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=1)
            same = texts[0] == texts[1]
            reason = listed.get((database, f"pg_dump {kind}"))
            if same and reason:
                check(f"{kind} {database} is listed as different, but is the same", False)
            # What is listed differs in the order of its lines and in nothing else.
            same = same or (reason and ordered(texts[0]) == ordered(texts[1]))
            check(f"{kind} {database} is the same text", same, "\n".join(list(lines)[2:]))
        for to in (oracle, tested):
            copy = f"{database}_copy"
            drop(to, [copy])
            to.script(f"CREATE DATABASE {copy}")
            for kind in ["--schema-only", "--data-only"]:
                # Rows are in the order of their tables' names, so keys are checked at the end.
                script = dumps[kind, tested.name]
                if kind == "--data-only":
                    script = "SET session_replication_role = replica;\n" + script
                check(f"{kind} {database} of {tested.name} loads into {to.name}", not (e := to.script(script, copy, whole=True)), e)
            status, out, error = to.run([PG_BIN / "pg_dump", "--inserts"], copy)
            there = to.run([PG_BIN / "pg_dump", "--inserts"], database)[1]
            came, meant = statements(out), statements(there)
            if listed.get((database, "pg_dump --inserts")):
                came, meant = ordered(came), ordered(meant)
            check(f"{database} of {tested.name} is the same after it was loaded into {to.name}",
                  status == 0 and came == meant, error or "\n".join(
                      list(difflib.unified_diff(statements(there).splitlines(), statements(out).splitlines(),
                                                lineterm="", n=1))[2:]))
            drop(to, [copy])
    print("pg_dump: " + (f"{problems} faults" if problems else "as it should be"))
    return problems


def main():
    part = sys.argv[1] if len(sys.argv) > 1 else "all"
    databases = sys.argv[2:] or DATABASES
    oracle, end = postgres()
    tested = Server("gavel", os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432"),
                    os.environ.get("PGUSER", "postgres"))
    problems = 0
    try:
        if not os.environ.get("CATALOGS_PREPARED"):
            prepare(oracle)
            prepare(tested)
        if part in ("all", "psql"):
            problems += compare_psql(oracle, tested, databases, show=True)
        if part in ("all", "dump"):
            problems += compare_dump(oracle, tested, databases, show=True)
    finally:
        if not os.environ.get("CATALOGS_KEEP"):
            for server in (oracle, tested):
                drop(server, DATABASES)
                for role in ROLES:
                    server.script(f"DROP ROLE IF EXISTS {role}")
        end()
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
