"""Redmine, as Debian packages it: all its Rails migrations from the first on, its default data, its server, and projects, issues, wiki
pages, time entries and searches over its HTTP API.

The server is given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE; run with a Python that has psycopg (docs/applications.md).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import free_port, request, server  # noqa: E402
from scratch import Scratch, Steps, connection_settings, equal  # noqa: E402

import psycopg  # noqa: E402

NAME = "application_redmine"
PACKAGE = pathlib.Path("/usr/share/redmine")


def environment():
    given = connection_settings()
    password = f":{given['password']}" if given["password"] else ""
    url = f"postgresql://{given['user']}{password}@{given['host']}:{given['port']}/{NAME}"
    return {"DATABASE_URL": url, "RAILS_ENV": "production", "SECRET_KEY_BASE": "0" * 64, "REDMINE_LANG": "en"}


class Redmine:
    """A copy of the package in a folder of its own, where it may write."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "redmine"
        shutil.copytree(PACKAGE, self.folder, ignore_dangling_symlinks=True)
        # The package leaves the choice of a web server to its administrator.
        with open(self.folder / "Gemfile", "a") as gems:
            gems.write('\ngem "puma"\n')

    def run(self, *command):
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, **environment()}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=900)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout


def migrate(redmine):
    files = len(list((redmine.folder / "db/migrate").glob("*.rb")))
    redmine.run("bundle", "exec", "rake", "db:migrate")
    with psycopg.connect(dbname=NAME) as conn:
        equal(conn.execute("SELECT count(*) FROM schema_migrations").fetchone(), (files,))
        tables = {name for name, in conn.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")}
    assert {"issues", "projects", "journals", "wiki_contents", "time_entries", "custom_fields", "queries"} <= tables, tables
    # Nothing is left to do.
    equal(redmine.run("bundle", "exec", "rake", "db:migrate").strip(), "")


def fill(redmine):
    redmine.run("bundle", "exec", "rake", "redmine:load_default_data")
    key = redmine.run("bundle", "exec", "ruby", "bin/rails", "runner", "Setting.rest_api_enabled = '1'; print 'key=' + User.find(1).api_key")
    return key.rpartition("key=")[2].strip()


class Api:
    def __init__(self, port, key):
        self.base, self.headers = f"http://127.0.0.1:{port}", {"X-Redmine-API-Key": key}

    def call(self, method, path, body=None, expected=200):
        got, answer = request(method, self.base + path, body, self.headers.items())
        equal(got, expected, f"{method} {path}: {str(answer)[:600]}")
        return answer

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, /, expected=201, **body):
        return self.call("POST", path, body, expected)

    def put(self, path, /, expected=204, **body):
        return self.call("PUT", path, body, expected)


def projects(api):
    first = api.post("/projects.json", project={"name": "Bridge", "identifier": "bridge", "description": "naïve ✓"})["project"]
    child = api.post("/projects.json", project={"name": "Piers", "identifier": "piers", "parent_id": first["id"], "inherit_members": True})
    equal(child["project"]["parent"]["id"], first["id"])
    twice = api.post("/projects.json", 422, project={"name": "Other", "identifier": "bridge"})
    equal(twice["errors"], ["Identifier has already been taken"])
    equal(sorted(p["identifier"] for p in api.get("/projects.json")["projects"]), ["bridge", "piers"])
    version = api.post("/projects/bridge/versions.json", version={"name": "1.0", "due_date": "2030-01-31"})["version"]
    equal(api.get("/projects/bridge/versions.json")["versions"][0]["due_date"], "2030-01-31")
    api.version = version["id"]


def issues(api):
    made = []
    for number in range(12):
        made.append(api.post("/issues.json", issue={
            "project_id": "bridge", "tracker_id": 1 + number % 3, "priority_id": 1 + number % 5, "subject": f"Part {number}",
            "description": "Crack in the girder" if number == 7 else "", "estimated_hours": number / 2,
            "fixed_version_id": api.version})["issue"]["id"])
    # Trees are kept as nested sets.
    parent = made[0]
    for child in made[1:4]:
        api.put(f"/issues/{child}.json", issue={"parent_issue_id": parent})
    tree = api.get(f"/issues/{parent}.json?include=children")["issue"]
    equal([c["id"] for c in tree["children"]], made[1:4])
    equal(tree["total_estimated_hours"], 3.0)
    api.put(f"/issues/{made[5]}.json", issue={"status_id": 2, "notes": "Begun", "assigned_to_id": 1, "done_ratio": 40}, expected=204)
    journals = api.get(f"/issues/{made[5]}.json?include=journals")["issue"]["journals"]
    equal(journals[0]["notes"], "Begun")
    assert {d["name"] for d in journals[0]["details"]} >= {"status_id", "done_ratio"}, journals
    listed = api.get("/issues.json?project_id=bridge&sort=priority:desc,id&limit=5&offset=2")
    equal((listed["total_count"], listed["limit"], len(listed["issues"])), (12, 5, 5))
    priorities = [i["priority"]["id"] for i in listed["issues"]]
    equal(priorities, sorted(priorities, reverse=True))
    equal(api.get("/issues.json?status_id=*&done_ratio=%3E%3D40")["total_count"], 1)
    equal(api.get("/issues.json?subject=~part%2010")["total_count"], 1)
    api.post(f"/issues/{made[5]}/relations.json", relation={"issue_to_id": made[6], "relation_type": "blocks"})
    refused = api.post(f"/issues/{made[6]}/relations.json", 422, relation={"issue_to_id": made[5], "relation_type": "blocks"})
    assert refused["errors"], refused
    api.call("DELETE", f"/issues/{made[11]}.json", expected=204)
    api.call("GET", f"/issues/{made[11]}.json", expected=404)
    api.issues = made


def time_and_wiki(api):
    activities = api.get("/enumerations/time_entry_activities.json")["time_entry_activities"]
    for hours in (1.5, 2.25):
        api.post("/time_entries.json", time_entry={"issue_id": api.issues[2], "hours": hours, "activity_id": activities[0]["id"], "spent_on": "2030-01-02"})
    equal(sum(e["hours"] for e in api.get("/time_entries.json?spent_on=2030-01-02")["time_entries"]), 3.75)
    equal(api.get(f"/issues/{api.issues[0]}.json")["issue"]["total_spent_hours"], 3.75)
    page = "/projects/bridge/wiki/Plan.json"
    api.put(page, wiki_page={"text": "h1. Plan\n\nSpan the river"}, expected=201)
    api.put(page, wiki_page={"text": "h1. Plan\n\nSpan the river twice", "comments": "more"}, expected=204)
    equal(api.get(page)["wiki_page"]["version"], 2)
    api.put(page, wiki_page={"text": "late", "version": 1}, expected=409)
    found = api.get("/search.json?q=girder")["results"]
    equal([r["id"] for r in found], [api.issues[7]])
    equal(api.get("/search.json?q=RIVER")["results"][0]["type"], "wiki-page")


def members(api):
    user = api.post("/users.json", user={"login": "anna", "firstname": "Anna", "lastname": "Ek", "mail": "anna@example.org", "password": "long enough"})["user"]
    twice = api.post("/users.json", 422, user={"login": "Anna", "firstname": "A", "lastname": "E", "mail": "a@example.org", "password": "long enough"})
    equal(twice["errors"], ["Login has already been taken"])
    api.post("/projects/bridge/memberships.json", membership={"user_id": user["id"], "role_ids": [3, 4]})
    # Members of the parent are the child's.
    there = api.get("/projects/piers/memberships.json")["memberships"]
    equal([(m["user"]["id"], all(r.get("inherited") for r in m["roles"])) for m in there], [(user["id"], True)])
    api.call("DELETE", "/projects/bridge.json", expected=204)
    equal(api.get("/projects.json")["projects"], [])
    equal(api.get("/issues.json?status_id=*")["total_count"], 0)


def main():
    steps = Steps("redmine")
    with tempfile.TemporaryDirectory() as folder, Scratch(NAME):
        redmine, port = Redmine(folder), free_port()
        if not steps.run(migrate, redmine):
            steps.finish()
        key = fill(redmine)
        command = ["bundle", "exec", "ruby", "bin/rails", "server", "-b", "127.0.0.1", "-p", str(port)]
        os.chdir(redmine.folder)
        with server(command, pathlib.Path(folder) / "log", f"http://127.0.0.1:{port}/", environment()):
            api = Api(port, key)
            for step in (projects, issues, time_and_wiki, members):
                steps.run(step, api)
        steps.finish()


if __name__ == "__main__":
    main()
