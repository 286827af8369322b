// TypeORM: generated migrations, repositories, query builder, transactions.
require("reflect-metadata");
const assert = require("assert");
const { DataSource, EntitySchema, In, IsNull, LessThan, Like, MoreThan, Not, QueryFailedError, ArrayContains } = require("typeorm");
const { server, withScratch } = require("./scratch");

// The entities in two stages.
function entities(stage) {
  const Author = new EntitySchema({
    name: "Author",
    columns: {
      id: { type: "int", primary: true, generated: "increment" },
      name: { type: "varchar", length: stage === 1 ? 50 : 100, unique: true },
      tags: { type: "text", array: true, default: "{}" },
      createdAt: { type: "timestamptz", createDate: true },
      updatedAt: { type: "timestamptz", updateDate: true },
      deletedAt: { type: "timestamptz", deleteDate: true },
      version: { type: "int", version: true },
    },
    relations: { posts: { type: "one-to-many", target: "Post", inverseSide: "author", cascade: true } },
  });
  const Post = new EntitySchema({
    name: "Post",
    columns: {
      id: { type: "uuid", primary: true, generated: "uuid" },
      title: { type: "varchar" },
      state: { type: "enum", enum: ["draft", "live", "gone"], default: "draft" },
      price: { type: "numeric", precision: 10, scale: 2, nullable: stage === 1 },
      details: { type: "jsonb", nullable: true },
      file: { type: "bytea", nullable: true },
      ...(stage === 1 ? {} : { views: { type: "bigint", default: 0 }, slug: { type: "varchar", generatedType: "STORED", asExpression: "lower(title)", insert: false, update: false } }),
    },
    relations: {
      author: { type: "many-to-one", target: "Author", inverseSide: "posts", onDelete: "CASCADE", nullable: false },
      topics: { type: "many-to-many", target: "Topic", joinTable: true, cascade: true },
    },
    ...(stage === 1 ? {} : {
      indices: [{ name: "post_state", columns: ["state"], where: "price > 10" }, { name: "post_title_price", columns: ["title", "price"] }],
      uniques: [{ name: "post_author_title", columns: ["author", "title"] }], checks: [{ name: "post_price", expression: "price >= 0" }],
    }),
  });
  const Topic = new EntitySchema({
    name: "Topic", columns: { id: { type: "int", primary: true, generated: "identity", generatedIdentity: "BY DEFAULT" }, name: { type: "varchar", unique: true } },
  });
  const Place = new EntitySchema({
    name: "Place", columns: { id: { type: "int", primary: true, generated: true }, name: { type: "varchar" } },
    relations: { parent: { type: "many-to-one", target: "Place", treeParent: true }, children: { type: "one-to-many", target: "Place", treeChildren: true, inverseSide: "parent" } },
    trees: [{ type: "closure-table" }],
  });
  return [Author, Post, Topic, Place];
}

// A migration made of the difference between database and entities, as `typeorm migration:generate` makes it.
async function generated(stage, name) {
  const source = await new DataSource({ ...options, entities: entities(stage) }).initialize();
  const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log();
  await source.destroy();
  const run = async (runner, queries) => {
    for (const { query, parameters } of queries) await runner.query(query, parameters);
  };
  const migration = class {
    name = name;
    up(runner) { return run(runner, upQueries); }
    down(runner) { return run(runner, [...downQueries].reverse()); }
  };
  return { migration, count: upQueries.length, upQueries };
}

const options = {
  type: "postgres", host: server.host, port: server.port, username: server.user, password: server.password, database: "client_typeorm",
  uuidExtension: "pgcrypto", installExtensions: false,
};

withScratch("typeorm", "client_typeorm", async (step) => {
  const migrations = [];
  await step("migrate", async () => {
    for (const [stage, name] of [[1, "First1700000000000"], [2, "Second1700000000001"]]) {
      const { migration, count } = await generated(stage, name);
      assert.ok(count > 5, `${name} has ${count} statements`);
      migrations.push(migration);
      const source = await new DataSource({ ...options, entities: entities(stage), migrations }).initialize();
      assert.deepStrictEqual((await source.runMigrations()).map((m) => m.name), [name]);
      assert.strictEqual(await source.showMigrations(), false);
      await source.destroy();
      const { upQueries } = await generated(stage, "none");
      assert.deepStrictEqual(upQueries.map((q) => q.query), [], "after the migration nothing differs");
    }
  });
  const source = await new DataSource({ ...options, entities: entities(2), migrations }).initialize();
  const [authors, posts, topics, places] = ["Author", "Post", "Topic", "Place"].map((name) => source.getRepository(name));

  await step("create", async () => {
    const [red, blue] = await topics.save([{ name: "red" }, { name: "blue" }]);
    const ada = await authors.save({
      name: "Ada", tags: ["x", "y,z"],
      posts: [{ title: "One", price: "10.50", details: { a: [1, null] }, topics: [red, blue] }, { title: "Two", price: "20.00", state: "live", topics: [blue] }],
    });
    assert.deepStrictEqual([ada.id, ada.version, ada.createdAt instanceof Date, ada.posts[0].id.length, ada.posts[0].slug], [1, 1, true, 36, "one"]);
    await authors.save({ name: "Bob", posts: [{ title: "Three", price: "1", file: Buffer.from([0, 1, 255]) }] });
    const inserted = await topics.insert([...Array(500).keys()].map((i) => ({ name: `t${i}` })));
    assert.strictEqual(new Set(inserted.identifiers.map((r) => r.id)).size, 500);
    assert.strictEqual((await topics.delete({ name: Like("t%") })).affected, 500);
  });

  await step("read", async () => {
    const found = await authors.find({ relations: { posts: { topics: true } }, order: { name: "ASC", posts: { title: "ASC", topics: { name: "ASC" } } } });
    assert.deepStrictEqual(found.map((a) => [a.name, a.posts.map((p) => [p.title, p.price, p.topics.map((t) => t.name)])]),
      [["Ada", [["One", "10.50", ["blue", "red"]], ["Two", "20.00", ["blue"]]]], ["Bob", [["Three", "1.00", []]]]]);
    assert.deepStrictEqual((await posts.find({ where: [{ price: MoreThan(15) }, { title: In(["One"]), author: { name: Not("Bob") } }], order: { title: "ASC" } })).map((p) => p.title), ["One", "Two"]);
    assert.deepStrictEqual(await posts.findAndCount({ where: { price: LessThan(15) }, order: { price: "DESC" }, take: 1, skip: 1, select: { title: true } }), [[{ title: "Three" }], 2]);
    assert.deepStrictEqual((await authors.findBy({ tags: ArrayContains(["x"]), deletedAt: IsNull() })).map((a) => a.tags), [["x", "y,z"]]);
    assert.deepStrictEqual((await posts.findOneByOrFail({ title: "Three" })).file, Buffer.from([0, 1, 255]));
    assert.deepStrictEqual([await posts.countBy({ state: "draft" }), await posts.sum("price"), await posts.existsBy({ title: "none" })], [2, 31.5, false]);
    const rows = await posts.createQueryBuilder("p").innerJoin("p.author", "a").select("a.name", "name").addSelect("count(*)::int", "n").addSelect("sum(p.price)", "s")
      .groupBy("a.name").having("count(*) > :n", { n: 1 }).getRawMany();
    assert.deepStrictEqual(rows, [{ name: "Ada", n: 2, s: "30.50" }]);
    const page = await authors.createQueryBuilder("a").leftJoinAndSelect("a.posts", "p").where((q) => `a.id IN ${q.subQuery().select("x.authorId").from("Post", "x").where("x.price > 5").getQuery()}`)
      .orderBy("p.price", "DESC").take(5).getMany();
    assert.deepStrictEqual(page.map((a) => a.posts.map((p) => p.title)), [["Two", "One"]]);
    assert.deepStrictEqual((await posts.createQueryBuilder("p").where("p.details @> :d", { d: { a: [1] } }).getMany()).map((p) => p.title), ["One"]);
    const stream = await posts.createQueryBuilder("p").select("p.title", "title").stream();
    let n = 0;
    for await (const row of stream) n += row.title.length;
    assert.strictEqual(n, 11);
    await assert.rejects(posts.findOneByOrFail({ title: "none" }), { name: "EntityNotFoundError" });
  });

  await step("change", async () => {
    const ada = await authors.findOneByOrFail({ name: "Ada" });
    ada.tags = [];
    await authors.save(ada);
    assert.deepStrictEqual([(await authors.findOneByOrFail({ id: ada.id })).version, ada.updatedAt >= ada.createdAt], [2, true]);
    assert.strictEqual((await posts.update({ title: "One" }, { price: () => "price + 1", state: "gone" })).affected, 1);
    await posts.increment({ title: "One" }, "views", 5);
    const one = await posts.findOneByOrFail({ title: "One" });
    assert.deepStrictEqual([one.price, one.state, one.views], ["11.50", "gone", "5"]);
    await topics.upsert([{ name: "red" }, { name: "green" }], { conflictPaths: ["name"], skipUpdateIfNoValuesChanged: true });
    const upserted = await topics.createQueryBuilder().insert().values({ name: "green" }).orUpdate(["name"], ["name"]).returning("*").execute();
    assert.deepStrictEqual([upserted.raw[0].name, await topics.count()], ["green", 3]);
    await topics.createQueryBuilder().insert().values({ name: "green" }).orIgnore().execute();
    const deleted = await topics.createQueryBuilder().delete().where("name = :name", { name: "green" }).returning("name").execute();
    assert.deepStrictEqual(deleted.raw, [{ name: "green" }]);
    await authors.softDelete({ name: "Bob" });
    assert.deepStrictEqual([await authors.count(), await authors.count({ withDeleted: true })], [1, 2]);
    await authors.restore({ name: "Bob" });
    assert.strictEqual(await authors.count(), 2);
  });

  await step("trees", async () => {
    const tree = source.getTreeRepository("Place");
    const earth = await tree.save({ name: "Earth" });
    const europe = await tree.save({ name: "Europe", parent: earth });
    await tree.save({ name: "Berlin", parent: europe });
    assert.deepStrictEqual((await tree.findTrees()).map((p) => [p.name, p.children[0].children[0].name]), [["Earth", "Berlin"]]);
    assert.strictEqual(await tree.countDescendants(earth), 3);
    await places.createQueryBuilder().delete().execute().catch((error) => assert.strictEqual(error.code, "23503"));
  });

  await step("errors", async () => {
    const fails = (promise, code, constraint) => assert.rejects(promise, (error) => error instanceof QueryFailedError && error.driverError.code === code && (!constraint || error.driverError.constraint === constraint));
    const author = await authors.findOneByOrFail({ name: "Ada" });
    await fails(topics.insert({ name: "red" }), "23505");
    await fails(posts.insert({ title: "One", price: 1, author }), "23505", "post_author_title");
    await fails(posts.insert({ title: "x", price: -1, author }), "23514", "post_price");
    await fails(posts.insert({ title: null, price: 1, author }), "23502");
    await fails(posts.insert({ title: "x", price: 1, author: { id: 0 } }), "23503");
    await fails(posts.insert({ title: "x", price: 1, author, state: "none" }), "22P02");
    await fails(authors.insert({ name: "x".repeat(101) }), "22001");
  });

  await step("transactions", async () => {
    await source.transaction("SERIALIZABLE", async (manager) => {
      await manager.save("Topic", { name: "outer" });
      await assert.rejects(manager.transaction(async (inner) => {
        await inner.insert("Topic", { name: "inner" });
        await inner.insert("Topic", { name: "outer" });
      }), QueryFailedError);
      const locked = await manager.findOne("Topic", { where: { name: "outer" }, lock: { mode: "pessimistic_write", onLocked: "skip_locked" } });
      assert.strictEqual(locked.name, "outer");
    });
    await assert.rejects(source.transaction(async (manager) => {
      await manager.insert("Topic", { name: "lost" });
      throw new Error("no");
    }), /no/);
    assert.deepStrictEqual((await topics.find({ order: { name: "ASC" } })).map((t) => t.name), ["blue", "outer", "red"]);
  });

  await step("remove", async () => {
    await authors.remove(await authors.findOneByOrFail({ name: "Ada" }));
    assert.deepStrictEqual((await posts.find()).map((p) => p.title), ["Three"]);
    await posts.clear().catch((error) => { if (error.code !== "0A000") throw error; });
  });

  await step("migrate down", async () => {
    // A change of length is DROP COLUMN and ADD COLUMN, which needs an empty table.
    await source.query('DELETE FROM "author"');
    await source.undoLastMigration();
    const runner = source.createQueryRunner();
    const table = await runner.getTable("post");
    assert.deepStrictEqual([table.findColumnByName("views"), table.findColumnByName("price").isNullable, table.checks.length, table.indices.length], [undefined, true, 0, 0]);
    await source.undoLastMigration();
    assert.strictEqual(await runner.hasTable("post"), false);
    await runner.release();
  });
  await source.destroy();
});
