// Drizzle: migrations generated and run by drizzle-kit, introspection, queries, transactions.
const assert = require("assert");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawnSync } = require("child_process");
const { and, asc, avg, count, desc, eq, exists, gt, ilike, inArray, sql, sum } = require("drizzle-orm");
const { drizzle } = require("drizzle-orm/node-postgres");
const { alias, union } = require("drizzle-orm/pg-core");
const { migrate } = require("drizzle-orm/node-postgres/migrator");
const { Pool } = require("pg");
const { server, withScratch } = require("../scratch");
const schema = require("./schema");

const { person, task, watcher, dear } = schema;
const modules = process.env.NODE_PATH.split(":")[0];
const url = `postgres://${encodeURIComponent(server.user)}:${encodeURIComponent(server.password || "")}@${server.host}:${server.port}/client_drizzle`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "drizzle-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
fs.symlinkSync(modules, path.join(folder, "node_modules"));
fs.writeFileSync(path.join(folder, "package.json"), "{}");

// drizzle-kit, in the temporary folder, on one stage of the schema.
function kit(stage, command, ...args) {
  fs.copyFileSync(path.join(__dirname, stage), path.join(folder, "schema.js"));
  fs.writeFileSync(path.join(folder, "drizzle.config.js"), `module.exports = ${JSON.stringify({
    dialect: "postgresql", schema: "./schema.js", out: command === "pull" ? "./pulled" : "./migrations",
    dbCredentials: { url },
  })};`);
  const done = spawnSync(path.join(modules, ".bin/drizzle-kit"), [command, ...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120000 });
  assert.strictEqual(done.status, 0, `drizzle-kit ${command}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

withScratch("drizzle", "client_drizzle", async (step) => {
  const pool = new Pool({ ...server, database: "client_drizzle", max: 5 });
  pool.on("error", () => {}); // the database is dropped under it if a step fails
  const db = drizzle(pool, { schema });
  const fails = (promise, code, constraint) => assert.rejects(async () => promise, (error) => {
    const cause = error.cause || error;
    assert.deepStrictEqual([cause.code, constraint && cause.constraint], [code, constraint]);
    return true;
  });

  await step("migrate", async () => {
    kit("first.schema.js", "generate", "--name", "first");
    kit("first.schema.js", "migrate");
    await db.execute(sql`INSERT INTO person (name) VALUES ('Old')`);
    await db.execute(sql`INSERT INTO task (owner, title, cost) VALUES (1, 'old', 5)`);
    kit("schema.js", "generate", "--name", "second");
    assert.match(kit("schema.js", "generate"), /No schema changes/);
    // The other way to run them, as an application does it when it starts; twice is once.
    await migrate(db, { migrationsFolder: path.join(folder, "migrations") });
    await migrate(db, { migrationsFolder: path.join(folder, "migrations") });
    kit("schema.js", "migrate");
    const { rows } = await db.execute(sql`SELECT count(*)::int AS n FROM drizzle.__drizzle_migrations`);
    assert.deepStrictEqual(rows, [{ n: 2 }]);
    assert.deepStrictEqual(await db.select({ cost: task.cost, double: task.double }).from(task), [{ cost: "5.00", double: "10.00" }]);
    await db.delete(person);
  });

  await step("push", async () => {
    // It compares the database with the schema. On PostgreSQL it takes these for differences, and nothing else.
    const statements = kit("schema.js", "push", "--force", "--verbose").split("\n").filter((line) => /^[A-Z]+ .*;$/.test(line));
    assert.deepStrictEqual(statements.sort(), [
      `ALTER TABLE "person" ALTER COLUMN "tags" SET DEFAULT '{}'::text[];`, 'CREATE UNIQUE INDEX "task_title_lower" ON "task" USING btree ("owner",lower("title"));',
      'DROP INDEX "task_title_lower";',
    ]);
  });

  await step("pull", async () => {
    kit("schema.js", "pull");
    const text = fs.readFileSync(path.join(folder, "pulled/schema.ts"), "utf8");
    for (const part of ['pgEnum("role", [\'admin\', \'member\', \'guest\'])', "generatedAlwaysAsIdentity(", "precision: 10, scale:  2", 'index("task_cost")',
      'uniqueIndex("task_title_lower")', 'unique("task_owner_title")', 'check("task_cost_not_negative"', "primaryKey({ columns: [", '.onDelete("cascade")', 'pgView("dear"']) {
      assert.ok(text.includes(part), `${part} is not in ${text}`);
    }
  });

  await step("create", async () => {
    const [ada, bob] = await db.insert(person).values([{ name: "Ada", role: "admin", tags: ["x", 'y"z'] }, { name: "Bob" }]).returning();
    assert.deepStrictEqual([ada.tags, bob.role, bob.active, bob.created instanceof Date], [["x", 'y"z'], "member", true, true]);
    const tasks = await db.insert(task).values([
      { owner: ada.id, title: "One", cost: "10.50", details: { a: { b: [1, null] } } }, { owner: ada.id, title: "Two", cost: "20" }, { owner: bob.id, title: "Three", details: [1] },
    ]).returning({ id: task.id, double: task.double, key: task.key });
    assert.deepStrictEqual(tasks.map((t) => [t.double, t.key.length]), [["21.00", 36], ["40.00", 36], ["0.00", 36]]);
    await db.insert(watcher).values([{ task: tasks[0].id, person: bob.id }, { task: tasks[0].id, person: ada.id }, { task: tasks[2].id, person: ada.id }]);
  });

  await step("read", async () => {
    const people = await db.query.person.findMany({
      columns: { name: true }, orderBy: asc(person.name),
      with: { tasks: { columns: { title: true, details: true }, orderBy: desc(task.cost), with: { watchers: { with: { person: { columns: { name: true } } } } } } },
    });
    assert.deepStrictEqual(people.map((p) => [p.name, p.tasks.map((t) => [t.title, t.details, t.watchers.map((w) => w.person.name).sort()])]), [
      ["Ada", [["Two", null, []], ["One", { a: { b: [1, null] } }, ["Ada", "Bob"]]]], ["Bob", [["Three", [1], ["Ada"]]]]]);
    assert.deepStrictEqual(await db.select({ name: person.name, n: count(), s: sum(task.cost), a: avg(task.cost) }).from(task).innerJoin(person, eq(person.id, task.owner))
      .groupBy(person.name).having(gt(count(), 1)), [{ name: "Ada", n: 2, s: "30.50", a: "15.2500000000000000" }]);
    const other = alias(task, "other");
    assert.deepStrictEqual(await db.select({ a: task.title, b: other.title }).from(task).leftJoin(other, and(eq(other.owner, task.owner), gt(other.cost, task.cost))).orderBy(task.title),
      [{ a: "One", b: "Two" }, { a: "Three", b: null }, { a: "Two", b: null }]);
    const rich = db.$with("rich").as(db.select({ owner: task.owner, s: sum(task.cost).as("s") }).from(task).groupBy(task.owner));
    assert.deepStrictEqual(await db.with(rich).select({ name: person.name, s: rich.s }).from(rich).innerJoin(person, eq(person.id, rich.owner)).orderBy(person.name), [{ name: "Ada", s: "30.50" }, { name: "Bob", s: "0.00" }]);
    assert.deepStrictEqual((await db.select().from(dear).orderBy(dear.title)).map((r) => r.title), ["One", "Two"]);
    assert.deepStrictEqual(await db.selectDistinctOn([task.owner], { title: task.title }).from(task).orderBy(task.owner, desc(task.cost)), [{ title: "Two" }, { title: "Three" }]);
    assert.deepStrictEqual((await union(db.select({ v: person.name }).from(person), db.select({ v: task.title }).from(task)).orderBy(sql`1`).limit(2).offset(1)).map((r) => r.v), ["Bob", "One"]);
    const owns = db.select({ one: sql`1` }).from(task).where(and(eq(task.owner, person.id), ilike(task.title, "t%")));
    assert.strictEqual((await db.select().from(person).where(and(exists(owns), inArray(person.name, ["Ada", "Bob"])))).length, 2);
    assert.strictEqual(await db.$count(task, gt(task.cost, "5")), 2);
    assert.deepStrictEqual(await db.select({ title: task.title, place: sql`rank() OVER (ORDER BY ${task.cost} DESC)`.mapWith(Number) }).from(task).where(sql`${task.details} @> ${JSON.stringify({ a: {} })}`), [{ title: "One", place: 1 }]);
    const byName = db.query.person.findFirst({ where: eq(person.name, sql.placeholder("name")) }).prepare("by_name");
    assert.deepStrictEqual([(await byName.execute({ name: "Bob" })).name, await byName.execute({ name: "none" })], ["Bob", undefined]);
  });

  await step("change", async () => {
    assert.deepStrictEqual(await db.update(task).set({ cost: sql`${task.cost} + 1` }).where(eq(task.title, "One")).returning({ cost: task.cost, double: task.double }), [{ cost: "11.50", double: "23.00" }]);
    await db.insert(person).values({ name: "Ada" }).onConflictDoNothing();
    const [merged] = await db.insert(person).values({ name: "Bob", role: "guest" }).onConflictDoUpdate({ target: person.name, set: { role: sql`excluded.role` } }).returning();
    assert.strictEqual(merged.role, "guest");
    assert.strictEqual((await db.update(task).set({ details: null }).from(person).where(and(eq(task.owner, person.id), eq(person.name, "Bob")))).rowCount, 1);
  });

  await step("errors", async () => {
    const [ada] = await db.select().from(person).where(eq(person.name, "Ada"));
    await fails(db.insert(person).values({ name: "Ada" }), "23505", "person_name_unique");
    await fails(db.insert(task).values({ owner: ada.id, title: "ONE" }), "23505", "task_title_lower");
    await fails(db.insert(task).values({ owner: 0, title: "x" }), "23503", "task_owner_person_id_fk");
    await fails(db.insert(task).values({ owner: ada.id, title: "x", cost: "-1" }), "23514", "task_cost_not_negative");
    await fails(db.insert(person).values({ name: sql`NULL` }), "23502");
    await fails(db.insert(person).values({ name: "x", role: sql`'none'` }), "22P02");
    await fails(db.execute(sql`INSERT INTO task (id, owner, title) VALUES (1, ${ada.id}, 'x')`), "428C9");
  });

  await step("transactions", async () => {
    await db.transaction(async (tx) => {
      await tx.insert(person).values({ name: "outer" });
      await fails(tx.transaction(async (inner) => {
        await inner.insert(person).values({ name: "inner" });
        await inner.insert(person).values({ name: "outer" });
      }), "23505", "person_name_unique");
      assert.strictEqual((await tx.select().from(person).where(eq(person.name, "outer")).for("update", { skipLocked: true })).length, 1);
    }, { isolationLevel: "serializable", accessMode: "read write" });
    await assert.rejects(db.transaction(async (tx) => {
      await tx.insert(person).values({ name: "lost" });
      tx.rollback();
    }), { message: "Rollback" });
    await fails(db.transaction((tx) => tx.insert(person).values({ name: "lost" }), { accessMode: "read only" }), "25006", undefined);
    assert.deepStrictEqual((await db.select({ name: person.name }).from(person).orderBy(person.name)).map((p) => p.name), ["Ada", "Bob", "outer"]);
  });

  await step("remove", async () => {
    assert.deepStrictEqual(await db.delete(person).where(eq(person.name, "Ada")).returning({ name: person.name }), [{ name: "Ada" }]);
    assert.deepStrictEqual([await db.$count(task), await db.$count(watcher)], [1, 0]);
  });
  await pool.end();
});
