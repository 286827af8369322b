// Knex: migrations, seeds, queries, transactions.
const assert = require("assert");
const knex = require("knex");
const { server, withScratch } = require("./scratch");

// Migrations from memory instead of files.
const migrations = [
  {
    name: "1_first",
    async up(db) {
      await db.schema.createTable("maker", (t) => {
        t.increments("id");
        t.string("name", 50).notNullable().unique();
        t.specificType("tags", "text[]").defaultTo("{}");
        t.timestamps(true, true);
      });
      await db.schema.createTable("part", (t) => {
        t.bigIncrements("id");
        t.integer("maker_id").notNullable().references("id").inTable("maker").onDelete("CASCADE").index();
        t.string("code").notNullable();
        t.decimal("price", 10, 2).notNullable();
        t.enu("kind", ["bolt", "nut"], { useNative: true, enumName: "part_kind" }).notNullable().defaultTo("bolt");
        t.jsonb("details");
        t.uuid("key").defaultTo(db.fn.uuid());
        t.binary("drawing");
        t.float("weight");
        t.unique(["maker_id", "code"]);
        t.comment("what is sold");
      });
    },
    async down(db) {
      await db.schema.dropTable("part").dropTable("maker");
      await db.raw("DROP TYPE part_kind");
    },
  },
  {
    name: "2_second",
    async up(db) {
      await db.schema.alterTable("part", (t) => {
        t.integer("stock").notNullable().defaultTo(0);
        t.text("code").notNullable().alter();
        t.renameColumn("weight", "grams");
        t.index(["price"], "part_price", { predicate: db.whereNotNull("details") });
        t.check("price >= 0", [], "price_not_negative");
        t.setNullable("key");
      });
      await db.schema.createView("dear", (v) => {
        v.columns(["id", "code"]);
        v.as(db("part").select("id", "code").where("price", ">", 10));
      });
    },
    async down(db) {
      await db.schema.dropView("dear");
      await db.schema.alterTable("part", (t) => {
        t.dropChecks("price_not_negative");
        t.dropIndex([], "part_price");
        t.renameColumn("grams", "weight");
        t.dropColumn("stock");
        t.string("code").notNullable().alter();
      });
    },
  },
  {
    name: "3_concurrently",
    config: { transaction: false },
    up: (db) => db.raw("CREATE INDEX CONCURRENTLY maker_lower ON maker (lower(name))"),
    down: (db) => db.raw("DROP INDEX CONCURRENTLY maker_lower"),
  },
];
const migrationSource = {
  getMigrations: async () => migrations, getMigrationName: (m) => m.name, getMigration: async (m) => m,
};

withScratch("knex", "client_knex", async (step) => {
  const db = knex({ client: "pg", connection: { ...server, database: "client_knex" }, pool: { min: 0, max: 5 } });
  const sorted = async (query, column) => (await query).map((r) => r[column]).sort();

  await step("migrate", async () => {
    const [batch, done] = await db.migrate.latest({ migrationSource });
    assert.deepStrictEqual([batch, done], [1, ["1_first", "2_second", "3_concurrently"]]);
    assert.deepStrictEqual((await db.migrate.latest({ migrationSource }))[1], []);
    assert.strictEqual(await db.migrate.currentVersion({ migrationSource }), "3");
    const columns = await db("part").columnInfo();
    assert.deepStrictEqual([columns.code.type, columns.stock.defaultValue, columns.stock.nullable, columns.grams.type], ["text", "0", false, "real"]);
    assert.ok((await db.schema.hasTable("maker")) && !(await db.schema.hasTable("nothing")) && (await db.schema.hasColumn("part", "stock")));
  });

  await step("create", async () => {
    const [acme, zeta] = await db("maker").insert([{ name: "Acme", tags: ["a", "b"] }, { name: "Zeta" }]).returning(["id", "name", "created_at"]);
    assert.deepStrictEqual([acme.name, zeta.name, acme.created_at instanceof Date], ["Acme", "Zeta", true]);
    const parts = await db("part").insert([
      { maker_id: acme.id, code: "b1", price: "1.50", details: { d: 1, in: { x: [1, 2] } }, drawing: Buffer.from([0, 255]), grams: 1.5 },
      { maker_id: acme.id, code: "b2", price: "20.00", kind: "nut", details: JSON.stringify([1, 2]) },
      { maker_id: zeta.id, code: "b1", price: "11", stock: 5 },
    ], "*");
    assert.deepStrictEqual(parts.map((p) => [p.id, p.price, p.kind, p.details, p.grams]),
      [["1", "1.50", "bolt", { d: 1, in: { x: [1, 2] } }, 1.5], ["2", "20.00", "nut", [1, 2], null], ["3", "11.00", "bolt", null, null]]);
    assert.deepStrictEqual([parts[0].drawing, parts[0].key.length], [Buffer.from([0, 255]), 36]);
    await db.batchInsert("maker", [...Array(1000).keys()].map((i) => ({ name: `maker ${i}` })), 300);
    assert.strictEqual(await db("maker").where("name", "like", "maker %").del(), 1000);
  });

  await step("read", async () => {
    assert.deepStrictEqual(await db("part").join("maker", "maker.id", "part.maker_id").where("maker.name", "Acme").orderBy("code").pluck("code"), ["b1", "b2"]);
    assert.deepStrictEqual(await db("part").select("kind").count("* as n").sum({ s: "price" }).groupBy("kind").having("kind", "=", "bolt"), [{ kind: "bolt", n: "2", s: "12.50" }]);
    assert.deepStrictEqual(await sorted(db("part").whereIn("maker_id", db("maker").select("id").where({ name: "Zeta" })), "id"), ["3"]);
    assert.deepStrictEqual(await sorted(db("part").whereJsonPath("details", "$.d", "=", 1), "id"), ["1"]);
    assert.deepStrictEqual(await sorted(db("part").whereJsonSupersetOf("details", { d: 1 }), "id"), ["1"]);
    assert.deepStrictEqual(await db("part").jsonExtract("details", "$.in.x[1]", "x").where("id", 1), [{ x: 2 }]);
    assert.deepStrictEqual(await sorted(db("dear"), "id"), ["2", "3"]);
    assert.deepStrictEqual(await db("part").select("id").rank("r", "price", "maker_id").orderBy("id"), [{ id: "1", r: "1" }, { id: "2", r: "2" }, { id: "3", r: "1" }]);
    assert.deepStrictEqual(await db.with("w", db("part").where("price", ">", 10)).from("w").count().first(), { count: "2" });
    assert.deepStrictEqual(await db.withRecursive("t", ["n"], db("part").select(db.raw("1")).where("id", 1).unionAll([db("t").select(db.raw("n + 1")).where("n", "<", 5)])).from("t").max("n as m").first(), { m: 5 });
    assert.deepStrictEqual(await db("maker").distinctOn("name").orderBy("name").limit(1).offset(1).pluck("name"), ["Zeta"]);
    assert.deepStrictEqual(await db("maker").whereILike("name", "a%").orWhereNull("name").andWhere((q) => q.whereExists(db("part").whereRaw("part.maker_id = maker.id"))).pluck("name"), ["Acme"]);
    assert.deepStrictEqual(await db("maker").whereRaw("? = ANY (tags)", ["b"]).first("name", "tags"), { name: "Acme", tags: ["a", "b"] });
    assert.deepStrictEqual((await db.union([db("maker").select("name"), db("part").select("code")], true)).map((r) => r.name).sort(), ["Acme", "Zeta", "b1", "b2"]);
    let streamed = 0;
    for await (const row of db("part").select("id").stream()) streamed += Number(row.id);
    assert.strictEqual(streamed, 6);
    assert.strictEqual(await db("maker").where({ name: "none" }).first(), undefined);
  });

  await step("change", async () => {
    assert.deepStrictEqual(await db("part").where({ id: 1 }).update({ price: db.raw("price * 2"), details: db.jsonSet("details", "$.d", "9") }, ["price", "details"]), [{ price: "3.00", details: { d: 9, in: { x: [1, 2] } } }]);
    assert.strictEqual(await db("part").increment("stock", 3).where("stock", 5), 1);
    await db("maker").insert({ name: "Acme" }).onConflict("name").ignore();
    await db("maker").insert([{ name: "Acme", tags: ["c"] }, { name: "New", tags: [] }]).onConflict("name").merge(["tags"]);
    assert.deepStrictEqual(await db("maker").orderBy("name").select("name", "tags"), [{ name: "Acme", tags: ["c"] }, { name: "New", tags: [] }, { name: "Zeta", tags: [] }]);
    assert.deepStrictEqual(await db("part").updateFrom("maker").where("maker.id", db.ref("part.maker_id")).where("maker.name", "Zeta").update({ stock: 1 }), 1);
  });

  await step("errors", async () => {
    await assert.rejects(db("maker").insert({ name: "Acme" }), { code: "23505", constraint: "maker_name_unique" });
    await assert.rejects(db("maker").insert({ name: null }), { code: "23502", column: "name" });
    await assert.rejects(db("part").insert({ maker_id: 0, code: "x", price: 1 }), { code: "23503", constraint: "part_maker_id_foreign" });
    await assert.rejects(db("part").insert({ maker_id: 1, code: "x", price: -1 }), { code: "23514", constraint: "price_not_negative" });
    await assert.rejects(db("part").insert({ maker_id: 1, code: "x", price: 1, kind: "saw" }), { code: "22P02" });
    await assert.rejects(db("maker").insert({ name: "x".repeat(51) }), { code: "22001" });
    await assert.rejects(db("nothing"), { code: "42P01" });
  });

  await step("transactions", async () => {
    await db.transaction(async (trx) => {
      await trx("maker").insert({ name: "outer" });
      await assert.rejects(trx.transaction(async (inner) => {
        await inner("maker").insert({ name: "inner" });
        await inner("maker").insert({ name: "outer" });
      }), { code: "23505" });
      assert.deepStrictEqual(await trx("maker").where({ name: "outer" }).forUpdate().skipLocked().pluck("name"), ["outer"]);
    }, { isolationLevel: "repeatable read" });
    await assert.rejects(db.transaction(async (trx) => {
      await trx("maker").insert({ name: "lost" });
      throw new Error("no");
    }), /no/);
    assert.deepStrictEqual(await db("maker").whereIn("name", ["outer", "inner", "lost"]).pluck("name"), ["outer"]);
    const trx = await db.transaction();
    await trx("maker").del();
    await trx.rollback();
    assert.deepStrictEqual(await db("maker").count().first(), { count: "4" });
    // Many at a time, over the pool.
    await Promise.all([...Array(20).keys()].map((i) => db.transaction((t) => t("maker").insert({ name: `p${i}` }))));
    assert.strictEqual(await db("maker").whereLike("name", "p%").del(), 20);
  });

  await step("remove", async () => {
    assert.strictEqual(await db("maker").where({ name: "Acme" }).del(), 1);
    assert.deepStrictEqual(await db("part").pluck("id"), ["3"]);
    await db("part").truncate();
    assert.deepStrictEqual(await db("part").count().first(), { count: "0" });
  });

  await step("migrate down", async () => {
    await db.migrate.down({ migrationSource });
    await db.migrate.down({ migrationSource });
    const columns = await db("part").columnInfo();
    assert.deepStrictEqual([columns.code.type, columns.code.maxLength, "stock" in columns], ["character varying", 255, false]);
    await db.migrate.up({ migrationSource });
    await db.migrate.rollback({ migrationSource }, true);
    assert.strictEqual(await db.schema.hasTable("part"), false);
  });
  await db.destroy();
});
