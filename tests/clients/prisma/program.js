// Prisma: migrations, introspection, client.
//
// Prisma's command line downloads its schema engine as a program for the machine from Prisma's own server. The same engine,
// of the same version, is on npm as WebAssembly (@prisma/schema-engine-wasm), with the interface that the command line calls;
// it works through the driver adapter (@prisma/adapter-pg), as the client does. This program calls it as `prisma migrate` would.
const assert = require("assert");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawnSync } = require("child_process");
const { PrismaPg } = require("@prisma/adapter-pg");
const { bindMigrationAwareSqlAdapterFactory } = require("@prisma/driver-adapter-utils");
const { server, withScratch } = require("../scratch");

const modules = process.env.NODE_PATH.split(":")[0];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prisma-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
fs.symlinkSync(modules, path.join(folder, "node_modules"));
const connection = { ...server, database: "client_prisma" };
const filters = { externalTables: [], externalEnums: [] };

function files(name) {
  return { files: [{ path: "schema.prisma", content: fs.readFileSync(path.join(__dirname, name), "utf8") }] };
}

// What a folder of migrations would hold.
function list(migrations) {
  return {
    baseDir: folder, lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' }, shadowDbInitScript: "",
    migrationDirectories: migrations.map(([name, script]) => ({ path: name, migrationFile: { path: "migration.sql", content: { tag: "ok", value: script } } })),
  };
}

// The engine reads columns of the catalogs' type "char", which the adapter does not know: it takes them as text.
function withText(adapter) {
  const driver = adapter.underlyingDriver();
  const query = driver.query.bind(driver);
  driver.query = async (...args) => {
    const result = await query(...args);
    for (const field of [result].flat().flatMap((r) => r.fields)) if (field.dataTypeID === 18) field.dataTypeID = 25;
    return result;
  };
  return adapter;
}

// The adapter's own shadow database cannot be dropped: it drops it while it is connected to it.
class Adapter extends PrismaPg {
  async connect() {
    return withText(await super.connect());
  }

  async connectToShadowDb() {
    const name = "client_prisma_shadow";
    const main = await this.connect();
    await main.executeScript(`DROP DATABASE IF EXISTS ${name}`);
    await main.executeScript(`CREATE DATABASE ${name}`);
    const shadow = withText(await new PrismaPg({ ...connection, database: name }).connect());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await main.executeScript(`DROP DATABASE ${name} WITH (FORCE)`);
      await main.dispose();
    };
    return shadow;
  }
}

let loaded;
async function load() {
  // The package is made for bundlers, which load .wasm files as modules; Node.js 20 does not.
  const here = path.dirname(require.resolve("@prisma/schema-engine-wasm"));
  const engine = await import(path.join(here, "schema_engine_bg.js"));
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(here, "schema_engine_bg.wasm")), { "./schema_engine_bg.js": engine });
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return engine;
}

async function schemaEngine(name) {
  const { SchemaEngine } = await (loaded ??= load());
  const adapter = bindMigrationAwareSqlAdapterFactory(new Adapter(connection));
  return SchemaEngine.new({ datamodels: files(name).files.map((f) => [f.path, f.content]) }, () => {}, adapter);
}

withScratch("prisma", "client_prisma", async (step) => {
  const migrations = [];
  await step("migrate", async () => {
    for (const [name, schema] of [["1_first", "first.prisma"], ["2_second", "schema.prisma"]]) {
      const engine = await schemaEngine(schema);
      const diagnosed = await engine.devDiagnostic({ migrationsList: list(migrations), filters });
      assert.deepStrictEqual(diagnosed.action.tag, "createMigration");
      // The migrations are played on a shadow database to know what they make.
      const made = await engine.createMigration({ draft: false, migrationName: name, migrationsList: list(migrations), schema: files(schema), filters });
      assert.match(made.migrationScript, name === "1_first" ? /CREATE TABLE "Writer"/ : /CREATE TABLE "writers"/);
      migrations.push([name, made.migrationScript]);
      const applied = await engine.applyMigrations({ migrationsList: list(migrations), filters });
      assert.deepStrictEqual(applied.appliedMigrationNames, [name]);
      const again = await engine.applyMigrations({ migrationsList: list(migrations), filters });
      assert.deepStrictEqual(again.appliedMigrationNames, []);
      engine.free();
    }
    const engine = await schemaEngine("schema.prisma");
    await engine.devDiagnostic({ migrationsList: list(migrations), filters });
    const none = await engine.createMigration({ draft: false, migrationName: "none", migrationsList: list(migrations), schema: files("schema.prisma"), filters });
    assert.match(none.migrationScript || "-- This is an empty migration.", /empty migration/);
    const pushed = await engine.schemaPush({ force: false, schema: files("schema.prisma"), filters });
    assert.deepStrictEqual([pushed.executedSteps, pushed.warnings, pushed.unexecutable], [0, [], []], "the database is what the schema says");
    const history = await engine.diagnoseMigrationHistory({ migrationsList: list(migrations), optInToShadowDatabase: true, filters });
    assert.deepStrictEqual([history.failedMigrationNames, history.editedMigrationNames, history.hasMigrationsTable, history.drift ?? null, history.history ?? null], [[], [], true, null, null]);
    engine.free();
  });

  await step("introspect", async () => {
    const engine = await schemaEngine("schema.prisma");
    const empty = { files: [{ path: "schema.prisma", content: 'datasource db {\n  provider = "postgresql"\n}\n' }] };
    const found = await engine.introspect({ schema: empty, baseDirectoryPath: folder, force: true, compositeTypeDepth: -1, namespaces: null });
    const text = found.schema.files[0].content.replace(/ +/g, " ");
    for (const line of [
      "enum State {\n DRAFT\n LIVE\n GONE\n}", "@unique @db.VarChar(80)", "tags String[] @default([])", "@default(dbgenerated(\"gen_random_uuid()\")) @db.Uuid",
      "price Decimal @default(0) @db.Decimal(10, 2)", "state State @default(DRAFT)", "@@unique([writerId, title])", "@@index([price(sort: Desc), state])",
      "id BigInt @id @default(autoincrement())", "onDelete: Cascade", "photo Bytes?", "details Json?", "score Float @default(0)",
    ]) {
      assert.ok(text.includes(line), `${line} is not in ${text}`);
    }
    engine.free();
  });

  // The client is made from the schema alone.
  fs.copyFileSync(path.join(__dirname, "schema.prisma"), path.join(folder, "schema.prisma"));
  const generated = spawnSync(path.join(modules, ".bin/prisma"), ["generate", "--schema", "schema.prisma"], {
    cwd: folder, encoding: "utf8", env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1", NODE_OPTIONS: "" },
  });
  assert.strictEqual(generated.status, 0, generated.stdout + generated.stderr);
  const { PrismaClient, Prisma } = require(path.join(folder, "client"));
  const db = new PrismaClient({ adapter: new PrismaPg({ ...connection, max: 5 }) });
  const fails = (promise, code) => assert.rejects(promise, (error) => {
    assert.deepStrictEqual([error instanceof Prisma.PrismaClientKnownRequestError, error.code], [true, code]);
    return true;
  });

  await step("create", async () => {
    const ada = await db.writer.create({
      data: {
        name: "Ada", tags: ["x", "y,z"], profile: { create: { bio: "b", photo: Buffer.from([0, 255]), score: 0.1 } },
        pieces: { create: [{ title: "One", price: "10.50", details: { a: { b: [1, null] } }, topics: { create: [{ name: "red" }, { name: "blue" }] } }, { title: "Two", price: 20, state: "LIVE", topics: { connect: { name: "blue" } } }] },
      },
      include: { pieces: { include: { topics: true }, orderBy: { title: "asc" } }, profile: true },
    });
    assert.deepStrictEqual([ada.pieces.map((p) => [p.title, p.price.toFixed(2), p.topics.map((t) => t.name).sort()]), ada.tags, ada.profile.id, Buffer.from(ada.profile.photo), ada.profile.score],
      [[["One", "10.50", ["blue", "red"]], ["Two", "20.00", ["blue"]]], ["x", "y,z"], 1n, Buffer.from([0, 255]), 0.1]);
    await db.writer.create({ data: { name: "Bob", pieces: { create: { title: "Three" } } } });
    const many = await db.topic.createMany({ data: [...Array(300).keys()].map((i) => ({ name: `t${i}` })) });
    assert.strictEqual(many.count, 300);
    assert.strictEqual((await db.topic.createMany({ data: [{ name: "t1" }, { name: "green" }], skipDuplicates: true })).count, 1);
    assert.deepStrictEqual(await db.topic.createManyAndReturn({ data: [{ name: "grey" }] }), [{ name: "grey" }]);
    assert.strictEqual((await db.topic.deleteMany({ where: { OR: [{ name: { startsWith: "t" } }, { name: { in: ["green", "grey"] } }] } })).count, 302);
  });

  await step("read", async () => {
    const titles = async (where) => (await db.piece.findMany({ where, orderBy: { title: "asc" } })).map((p) => p.title);
    assert.deepStrictEqual(await titles({ writer: { name: "Ada" }, price: { gt: 15 } }), ["Two"]);
    assert.deepStrictEqual(await titles({ topics: { some: { name: "blue" } } }), ["One", "Two"]);
    assert.deepStrictEqual(await titles({ topics: { none: {} } }), ["Three"]);
    assert.deepStrictEqual(await titles({ title: { contains: "TH", mode: "insensitive" } }), ["Three"]);
    assert.deepStrictEqual(await titles({ details: { path: ["a", "b", "0"], equals: 1 } }), ["One"]);
    assert.deepStrictEqual(await titles({ NOT: { state: "DRAFT" }, writer: { is: { tags: { has: "x" } } } }), ["Two"]);
    assert.deepStrictEqual(await titles({ state: { in: ["LIVE", "GONE"] } }), ["Two"]);
    const page = await db.writer.findMany({ orderBy: { pieces: { _count: "desc" } }, take: 1, include: { _count: { select: { pieces: true } } } });
    assert.deepStrictEqual([page[0].name, page[0]._count], ["Ada", { pieces: 2 }]);
    const after = await db.piece.findMany({ orderBy: { title: "asc" }, take: 1, skip: 1, cursor: { id: (await db.piece.findFirst({ where: { title: "One" } })).id } });
    assert.deepStrictEqual(after.map((p) => p.title), ["Three"]);
    const sums = await db.piece.aggregate({ _sum: { price: true }, _avg: { views: true }, _count: { _all: true }, _max: { title: true } });
    assert.deepStrictEqual([sums._sum.price.toFixed(2), sums._avg.views, sums._count._all, sums._max.title], ["30.50", 0, 3, "Two"]);
    const groups = await db.piece.groupBy({ by: ["state"], _count: true, _sum: { price: true }, having: { price: { _sum: { gt: 0 } } }, orderBy: { state: "asc" } });
    assert.deepStrictEqual(groups.map((g) => [g.state, g._count, g._sum.price.toFixed(2)]), [["DRAFT", 2, "10.50"], ["LIVE", 1, "20.00"]]);
    assert.deepStrictEqual(await db.writer.findUnique({ where: { name: "Bob" }, select: { name: true, profile: true, pieces: { select: { title: true } } } }), { name: "Bob", profile: null, pieces: [{ title: "Three" }] });
    assert.deepStrictEqual(await db.$queryRaw`SELECT count(*)::int AS n FROM writers WHERE name = ${"Ada"}`, [{ n: 1 }]);
    assert.strictEqual(await db.writer.count({ where: { pieces: { every: { price: { gte: 10 } } } } }), 1);
    assert.deepStrictEqual((await db.piece.findMany({ distinct: ["writerId"], orderBy: [{ writerId: "asc" }, { price: "desc" }] })).map((p) => p.title), ["Two", "Three"]);
    await fails(db.writer.findUniqueOrThrow({ where: { name: "none" } }), "P2025");
  });

  await step("change", async () => {
    const one = await db.piece.findFirstOrThrow({ where: { title: "One" } });
    const changed = await db.piece.update({ where: { id: one.id }, data: { price: { increment: 1 }, views: { set: 5 }, state: "GONE", topics: { disconnect: { name: "red" }, connectOrCreate: { where: { name: "new" }, create: { name: "new" } } } }, include: { topics: { orderBy: { name: "asc" } } } });
    assert.deepStrictEqual([changed.price.toFixed(2), changed.views, changed.state, changed.topics.map((t) => t.name)], ["11.50", 5, "GONE", ["blue", "new"]]);
    const upserted = await db.writer.upsert({ where: { name: "Bob" }, update: { tags: { push: "p" } }, create: { name: "Bob" } });
    assert.deepStrictEqual(upserted.tags, ["p"]);
    assert.deepStrictEqual((await db.writer.upsert({ where: { name: "Cy" }, update: {}, create: { name: "Cy" } })).tags, []);
    assert.strictEqual((await db.piece.updateMany({ where: { price: { lt: 15 } }, data: { views: { multiply: 2 } } })).count, 2);
    assert.deepStrictEqual((await db.piece.updateManyAndReturn({ where: { title: "Three" }, data: { price: 3 } })).map((p) => p.price.toFixed(2)), ["3.00"]);
    assert.strictEqual(await db.$executeRaw`UPDATE "Piece" SET views = views + ${1} WHERE title = ${"One"}`, 1);
    assert.strictEqual((await db.piece.findUniqueOrThrow({ where: { id: one.id } })).views, 11);
  });

  await step("errors", async () => {
    await fails(db.writer.create({ data: { name: "Ada" } }), "P2002");
    await fails(db.piece.create({ data: { title: "x", writerId: 0 } }), "P2003");
    await fails(db.writer.create({ data: { name: "x".repeat(81) } }), "P2000");
    await fails(db.writer.delete({ where: { name: "none" } }), "P2025");
    await fails(db.writer.delete({ where: { name: "Ada" } }), "P2003");
    await fails(db.$queryRaw`SELECT nothing`, "P2010");
  });

  await step("transactions", async () => {
    await fails(db.$transaction([db.topic.create({ data: { name: "lost" } }), db.writer.create({ data: { name: "Ada" } })]), "P2002");
    await assert.rejects(db.$transaction(async (tx) => {
      await tx.topic.create({ data: { name: "lost" } });
      throw new Error("no");
    }), /no/);
    await db.$transaction(async (tx) => {
      await tx.topic.create({ data: { name: "kept" } });
      assert.strictEqual(await tx.topic.count({ where: { name: "kept" } }), 1);
    }, { isolationLevel: "Serializable", timeout: 20000 });
    assert.deepStrictEqual((await db.topic.findMany({ where: { name: { in: ["lost", "kept"] } } })).map((t) => t.name), ["kept"]);
    assert.deepStrictEqual((await Promise.all([...Array(20).keys()].map((i) => db.topic.create({ data: { name: `p${i}` } })))).length, 20);
  });

  await step("remove", async () => {
    await db.profile.deleteMany();
    await db.writer.delete({ where: { name: "Ada" } });
    assert.deepStrictEqual((await db.piece.findMany()).map((p) => p.title), ["Three"]);
    assert.deepStrictEqual(await db.$queryRaw`SELECT count(*)::int AS n FROM "_PieceToTopic"`, [{ n: 0 }]);
  });
  await db.$disconnect();

  await step("reset", async () => {
    const engine = await schemaEngine("schema.prisma");
    await engine.reset({ filter: filters });
    const applied = await engine.applyMigrations({ migrationsList: list(migrations), filters });
    assert.deepStrictEqual(applied.appliedMigrationNames, ["1_first", "2_second"]);
    engine.free();
  });
});
