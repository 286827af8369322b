"""MLflow: Alembic's migrations from the first on, its server, and experiments, runs, metrics and models over its HTTP API.

The server is given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE; run with a Python that has mlflow and psycopg2
(docs/applications.md).
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import free_port, request, server  # noqa: E402
from scratch import Scratch, Steps, connection_settings, equal  # noqa: E402

NAME = "application_mlflow"
PROGRAM = str(pathlib.Path(sys.executable).parent / "mlflow")
# It would send reports about its use.
ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def database():
    given = connection_settings()
    password = f":{given['password']}" if given["password"] else ""
    return f"postgresql+psycopg2://{given['user']}{password}@{given['host']}:{given['port']}/{NAME}"


def migrate():
    def run(*command):
        done = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        assert done.returncode == 0, done.stdout[-4000:]

    import psycopg
    # What the server does when it finds an empty database: the tables of the first version, then all migrations.
    run(sys.executable, "-c", "import sys; from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore; SqlAlchemyStore(sys.argv[1], '/tmp')", database())
    with psycopg.connect(dbname=NAME) as conn:
        tables = {name for name, in conn.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")}
        first, = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    assert {"experiments", "runs", "metrics", "params", "tags", "registered_models", "model_versions", "trace_info", "alembic_version"} <= tables, tables
    run(PROGRAM, "db", "upgrade", database())
    with psycopg.connect(dbname=NAME) as conn:
        equal(conn.execute("SELECT version_num FROM alembic_version").fetchall(), [(first,)])


class Api:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}/api/2.0/mlflow/"

    def call(self, method, path, body=None, expected=200):
        got, answer = request(method, self.base + path, body)
        equal(got, expected, f"{path}: {str(answer)[:500]}")
        return answer

    def post(self, path, expected=200, /, **body):
        return self.call("POST", path, body, expected)


def track(api):
    experiment = api.post("experiments/create", name="first", tags=[{"key": "team", "value": "a"}])["experiment_id"]
    equal(api.post("experiments/create", 400, name="first")["error_code"], "RESOURCE_ALREADY_EXISTS")
    runs = []
    for number in range(5):
        run = api.post("runs/create", experiment_id=experiment, start_time=1000 + number, run_name=f"run {number}", tags=[{"key": "n", "value": str(number)}])["run"]["info"]["run_id"]
        api.post("runs/log-batch", run_id=run, params=[{"key": "rate", "value": str(number / 10)}, {"key": "text", "value": "naïve ✓"}],
                 metrics=[{"key": "loss", "value": 1 / (step + number + 1), "timestamp": step, "step": step} for step in range(50)])
        runs.append(run)
    # A parameter that is there cannot get another value; the whole batch is refused.
    equal(api.post("runs/log-batch", 400, run_id=runs[0], params=[{"key": "other", "value": "1"}, {"key": "rate", "value": "9"}])["error_code"], "INVALID_PARAMETER_VALUE")
    got = api.call("GET", f"runs/get?run_id={runs[0]}")["run"]
    equal({p["key"]: p["value"] for p in got["data"]["params"]}, {"rate": "0.0", "text": "naïve ✓"})
    equal([(m["key"], m["value"], m["step"]) for m in got["data"]["metrics"]], [("loss", 1 / 50, 49)])
    history = api.call("GET", f"metrics/get-history?run_id={runs[1]}&metric_key=loss")
    equal((len(history["metrics"]), history["metrics"][0]["value"]), (50, 0.5))

    def names(filter, *order, **more):
        found = api.post("runs/search", experiment_ids=[experiment], filter=filter, order_by=list(order), **more)
        return [r["info"]["run_name"] for r in found.get("runs", [])]

    equal(names("params.rate = '0.2'"), ["run 2"])
    equal(names("metrics.loss < 0.0193 and tags.n != '4'", "metrics.loss ASC"), ["run 3", "run 2"])
    equal(names("params.text LIKE 'na%' and attributes.run_name ILIKE 'RUN %'", "params.rate DESC", max_results=2), ["run 4", "run 3"])
    api.post("runs/update", run_id=runs[0], status="FINISHED", end_time=5000)
    equal(names("attributes.status = 'FINISHED'"), ["run 0"])
    api.post("runs/delete", run_id=runs[4])
    equal(len(names("")), 4)
    equal(names("", run_view_type="DELETED_ONLY"), ["run 4"])
    api.post("runs/restore", run_id=runs[4])
    equal(len(names("")), 5)
    api.post("runs/set-tag", run_id=runs[0], key="n", value="changed")
    api.post("runs/delete-tag", run_id=runs[1], key="n")
    equal(names("tags.n = 'changed'"), ["run 0"])
    api.post("experiments/delete", experiment_id=experiment)
    equal([e["name"] for e in api.post("experiments/search", max_results=10)["experiments"]], ["Default"])
    api.post("experiments/restore", experiment_id=experiment)
    found = api.post("experiments/search", max_results=10, filter="tags.team = 'a'", order_by=["name DESC"])["experiments"]
    equal([e["name"] for e in found], ["first"])


def register(api):
    api.post("registered-models/create", name="model", description="d", tags=[{"key": "k", "value": "v"}])
    equal(api.post("registered-models/create", 400, name="model")["error_code"], "RESOURCE_ALREADY_EXISTS")
    for number in (1, 2, 3):
        made = api.post("model-versions/create", name="model", source=f"s3://nowhere/{number}")["model_version"]
        equal(str(made["version"]), str(number))
    api.post("registered-models/alias", name="model", alias="champion", version="2")
    equal(str(api.call("GET", "registered-models/alias?name=model&alias=champion")["model_version"]["version"]), "2")
    found = api.call("GET", "model-versions/search?filter=name%3D%27model%27&order_by=version_number%20DESC")["model_versions"]
    equal([str(v["version"]) for v in found], ["3", "2", "1"])
    api.call("PATCH", "model-versions/update", {"name": "model", "version": "1", "description": "changed"})
    api.call("DELETE", "model-versions/delete", {"name": "model", "version": "3"})
    api.post("registered-models/rename", name="model", new_name="renamed")
    equal(api.call("GET", "model-versions/get?name=renamed&version=1")["model_version"]["description"], "changed")
    api.call("DELETE", "registered-models/delete", {"name": "renamed"})
    equal(api.call("GET", "registered-models/search").get("registered_models", []), [])


def main():
    steps = Steps("mlflow")
    with Scratch(NAME), tempfile.TemporaryDirectory() as folder:
        if not steps.run(migrate):
            steps.finish()
        port = free_port()
        command = [PROGRAM, "server", "--backend-store-uri", database(), "--artifacts-destination", folder + "/artifacts", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        log = folder + "/log"
        with server(command, log, f"http://127.0.0.1:{port}/health", ENVIRONMENT):
            steps.run(track, Api(port))
            steps.run(register, Api(port))
        if steps.failed:
            print(pathlib.Path(log).read_text()[-3000:], file=sys.stderr)
    steps.finish()


main()
