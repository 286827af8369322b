"""Tryton, an ERP written for PostgreSQL: its modules are installed, its server is started, and goods are sold over JSON-RPC.

The server is given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE; run with a Python that has trytond and its modules
(docs/applications.md).
"""
import base64
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import free_port, server  # noqa: E402
from scratch import Scratch, Steps, connection_settings, equal  # noqa: E402

NAME = "application_tryton"
PASSWORD = "a long password of no use"
PROGRAMS = pathlib.Path(sys.executable).parent


class Fault(Exception):
    """What the application answers when it refuses."""


class Client:
    """JSON-RPC as Tryton's own clients speak it."""

    def __init__(self, port):
        self.server, self.session, self.context = f"http://127.0.0.1:{port}", None, {}

    def call(self, method, *parameters):
        body = json.dumps({"id": 1, "method": method, "params": list(parameters)}, default=self.encode).encode()
        headers = {"Content-Type": "application/json"}
        if self.session:
            headers["Authorization"] = "Session " + base64.b64encode(":".join(map(str, self.session)).encode()).decode()
        url = self.server + ("/rpc/" if method.startswith("common.server.") else f"/{NAME}/rpc/")
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=120) as answer:
            answer = json.loads(answer.read(), object_hook=self.decode)
        if answer.get("error"):
            raise Fault(str(answer["error"][:2])[:1500])
        return answer["result"]

    @staticmethod
    def encode(value):
        if isinstance(value, datetime.date):
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        raise TypeError(value)

    @staticmethod
    def decode(value):
        if value.get("__class__") == "Decimal":
            return value["decimal"]
        return value

    def login(self):
        user, session = self.call("common.db.login", "admin", {"password": PASSWORD}, "en")[:2]
        assert session, "no session"
        self.session = ("admin", user, session)
        self.context = self.call("model.res.user.get_preferences", True, {})

    def model(self, method, *parameters):
        return self.call("model." + method, *parameters, self.context)


def configuration(folder, port):
    server = connection_settings()
    password = f":{server['password']}" if server["password"] else ""
    path = pathlib.Path(folder) / "trytond.conf"
    path.write_text(f"""
[database]
uri = postgresql://{server['user']}{password}@{server['host']}:{server['port']}/
path = {folder}/files
[web]
listen = 127.0.0.1:{port}
[session]
authentications = password
""")
    return str(path)


def administrate(folder, config, *arguments):
    passwords = pathlib.Path(folder) / "password"
    passwords.write_text(PASSWORD)
    done = subprocess.run(
        [PROGRAMS / "trytond-admin", "-c", config, "-d", NAME, *arguments], env={**os.environ, "TRYTONPASSFILE": str(passwords)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-4000:]


def install(folder, config):
    """Each module makes its tables and loads its records: 200 tables and some ten thousand statements."""
    administrate(folder, config, "-u", "party", "product", "stock", "--activate-dependencies", "--email", "admin@example.org")
    import psycopg
    with psycopg.connect(dbname=NAME) as conn:
        tables, = conn.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").fetchone()
        modules = {name for name, in conn.execute("SELECT name FROM ir_module WHERE state = 'activated'")}
    assert tables > 100, tables
    assert {"ir", "res", "party", "product", "stock", "company"} <= modules, modules


def update(folder, config):
    """What an update of the application does: all tables are compared with what is there, and nothing is to be made."""
    administrate(folder, config, "-u", "party")


def use(client):
    client.login()
    refused(lambda: Client.call(client, "common.db.login", "admin", {"password": "wrong"}, "en"))
    # A party with an address and a contact, in one call: three tables and sequences for codes.
    party, = client.model("party.party.create", [{
        "name": "Ada Lovelace", "addresses": [["create", [{"street": "St James's Square 12", "city": "London"}]]],
        "contact_mechanisms": [["create", [{"type": "email", "value": "ada@example.org"}]]],
    }])
    found = client.model("party.party.search_read", [["rec_name", "ilike", "%lovelace%"]], 0, 10, [["name", "ASC"]], ["name", "code", "addresses"])
    equal([(f["name"], f["id"], len(f["addresses"]), f["code"] is not None) for f in found], [("Ada Lovelace", party, 1, True)])
    client.model("party.party.create", [{"name": f"Party {i}"} for i in range(100)])
    equal(client.model("party.party.search_count", [["name", "like", "Party %"]], 0, None), 100)
    equal([p["name"] for p in client.model("party.party.search_read", [["name", "like", "Party %"]], 5, 2, [["name", "DESC"]], ["name"])], ["Party 94", "Party 93"])
    client.model("party.party.write", [party], {"name": "Ada King"})
    equal(client.model("party.party.read", [party], ["name"])[0]["name"], "Ada King")
    # Products in a tree of categories (nested sets) with units that are kept by decimal arithmetic.
    unit, = client.model("product.uom.search", [["name", "=", "Unit"]], 0, 1, None)
    top, = client.model("product.category.create", [{"name": "Things"}])
    child, = client.model("product.category.create", [{"name": "Small things", "parent": top}])
    equal(client.model("product.category.search", [["parent", "child_of", [top]]], 0, None, [["id", "ASC"]]), [top, child])
    template, = client.model("product.template.create", [{
        "name": "Gear", "default_uom": unit, "type": "goods", "categories": [["add", [child]]],
        "products": [["create", [{"suffix_code": "g1"}, {"suffix_code": "g2"}]]],
    }])
    equal(sorted(p["code"] for p in client.model("product.product.search_read", [["template", "=", template]], 0, None, None, ["code"])), ["g1", "g2"])
    equal(client.model("product.template.search_count", [["categories", "child_of", [top], "parent"]], 0, None), 1)
    # What is refused leaves nothing behind.
    refused(lambda: client.model("party.party.create", [{"name": "New"}, {"name": "The same code", "code": found[0]["code"]}]))
    equal(client.model("party.party.search_count", [["name", "in", ["New", "The same code"]]], 0, None), 0)
    refused(lambda: client.model("product.category.write", [top], {"parent": child}))
    equal(client.model("product.category.search_count", [], 0, None), 2)
    # Copies, and removal with what belongs to it.
    copied, = client.model("party.party.copy", [party], {"name": "Copy"})
    assert copied != party
    client.model("party.party.delete", [copied])
    equal(client.model("party.address.search_count", [["party", "=", copied]], 0, None), 0)
    # Archived records are hidden unless they are asked for.
    client.model("party.party.write", [party], {"active": False})
    equal(client.model("party.party.search_count", [["id", "=", party]], 0, None), 0)
    equal(client.model("party.party.search_count", [["id", "=", party], ["active", "=", False]], 0, None), 1)
    # The history of what was called, and the tree of menus that a client shows first.
    menus = client.model("ir.ui.menu.search_count", [], 0, None)
    assert menus > 30, menus


def refused(call):
    try:
        call()
    except (Fault, urllib.error.HTTPError):
        return
    raise AssertionError("not refused")


def main():
    steps = Steps("tryton")
    with Scratch(NAME), tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = configuration(folder, port)
        if not steps.run(install, folder, config):
            steps.finish()
        steps.run(update, folder, config)
        log = folder + "/log"
        with server([str(PROGRAMS / "trytond"), "-c", config, "-d", NAME], log, f"http://127.0.0.1:{port}/"):
            client = Client(port)
            equal(client.call("common.server.version"), "8.0")
            steps.run(use, client)
        if steps.failed:
            print(pathlib.Path(log).read_text()[-3000:], file=sys.stderr)
    steps.finish()


main()
