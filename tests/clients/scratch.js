// What the Node.js programs share: a scratch database of their own, and steps that can fail.
// A program stops at its first failed step; with KEEP_GOING=1 it goes on, and still exits with 1.
const { Client } = require("pg");

const server = {
  host: process.env.PGHOST || "127.0.0.1", port: Number(process.env.PGPORT || 5432), user: process.env.PGUSER || "postgres",
  password: process.env.PGPASSWORD || undefined,
};

async function maintain(...statements) {
  const client = new Client({ ...server, database: process.env.PGDATABASE || "postgres" });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

// Runs `work(steps)` while the database `name` exists.
async function withScratch(program, name, work) {
  const drop = `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`;
  await maintain(drop, `CREATE DATABASE "${name}"`);
  const failed = [];
  let passed = 0;
  const step = async (what, run) => {
    try {
      await run();
      passed += 1;
      return true;
    } catch (error) {
      failed.push(what);
      if (process.env.KEEP_GOING !== "1" || what === "migrate") {
        console.error(`${program}: FAILED ${what}:`, error);
        throw new Error(`${what} failed`, { cause: error });
      }
      const place = error.stack.split("\n").filter((line) => line.includes(__dirname) && !line.includes(__filename)).slice(0, 1);
      console.error(`${program}: FAILED ${what}:`, error.code || "", String(error).slice(0, 1200), error.hint || "", ...place);
      return false;
    }
  };
  try {
    await work(step);
  } catch (error) {
    if (failed.length === 0) failed.push(String(error.stack));
  } finally {
    await maintain(drop);
  }
  console.log(`${program}: ${passed} passed, ${failed.length} failed ${failed.join(" ")}`.trimEnd());
  process.exit(failed.length === 0 ? 0 : 1);
}

module.exports = { server, withScratch };
