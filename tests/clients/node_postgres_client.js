// node-postgres against a server given by PGHOST, PGPORT, PGUSER, PGDATABASE.
const assert = require("assert");
const { pipeline } = require("stream/promises");
const { Readable } = require("stream");
const { Client, Pool } = require("pg");
const { from: copyFrom, to: copyTo } = require("pg-copy-streams");
const Cursor = require("pg-cursor");

async function main() {
  const client = new Client();
  await client.connect();
  const values = [
    ["int4", 42, 42], ["int8", "9007199254740993", "9007199254740993"], ["float8", 1.25, 1.25], ["bool", true, true],
    ["text", "grüß", "grüß"], ["numeric", "1.10", "1.10"], ["bytea", Buffer.from([0, 255]), Buffer.from([0, 255])],
    ["uuid", "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000a"],
    ["jsonb", JSON.stringify({ b: 1, a: [null] }), { b: 1, a: [null] }], ["int4[]", [1, 2], [1, 2]],
    ["timestamptz", "2020-01-01T00:00:00Z", new Date("2020-01-01T00:00:00Z")],
  ];
  for (const binary of [false, true]) {
    for (const [type, value, want] of values) {
      // The driver decodes only these from binary as it does from text.
      if (binary && !["int4", "bool", "text"].includes(type)) continue;
      const result = await client.query({ text: `SELECT $1::${type} AS v`, values: [value], binary });
      assert.deepStrictEqual(result.rows[0].v, want, type);
    }
  }
  await client.query("DROP TABLE IF EXISTS node_t");
  await client.query("CREATE TABLE node_t (id int PRIMARY KEY, name text)");
  for (let i = 0; i < 20; i++) {
    await client.query({ name: "insert", text: "INSERT INTO node_t VALUES ($1, $2)", values: [i, "n" + i] });
  }
  await client.query("BEGIN");
  await client.query("UPDATE node_t SET name = 'x'");
  await client.query("ROLLBACK");
  const { rows } = await client.query("SELECT name FROM node_t WHERE id = $1", [3]);
  assert.deepStrictEqual(rows, [{ name: "n3" }]);

  await pipeline(Readable.from(["100\thundred\n", "101\t\\N\n"]), client.query(copyFrom("COPY node_t FROM STDIN")));
  const out = client.query(copyTo("COPY (SELECT * FROM node_t WHERE id >= 100 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)"));
  let text = "";
  for await (const chunk of out) text += chunk;
  assert.strictEqual(text, "id,name\n100,hundred\n101,\n");

  const cursor = client.query(new Cursor("SELECT i FROM generate_series(1, 10) i"));
  assert.strictEqual((await cursor.read(4)).length, 4);
  assert.strictEqual((await cursor.read(100)).length, 6);
  await cursor.close();

  await assert.rejects(client.query("INSERT INTO node_t VALUES (1, 'again')"), { code: "23505", constraint: "node_t_pkey" });
  await assert.rejects(client.query("SELECT 1 +"), { code: "42601" });

  // A cancel, sent from a second session's knowledge of the first one's key.
  const slow = client.query("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b");
  const canceller = new Client();
  setTimeout(() => canceller.cancel(client, client._activeQuery), 400);
  await assert.rejects(slow, { code: "57014" });

  const pool = new Pool({ max: 5 });
  const sums = await Promise.all([...Array(25).keys()].map((i) => pool.query("SELECT $1::int * 2 AS v", [i])));
  assert.deepStrictEqual(sums.map((r) => r.rows[0].v), [...Array(25).keys()].map((i) => i * 2));
  await pool.end();
  await client.query("DROP TABLE node_t");
  await client.end();
  console.log("node-postgres: ok");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
