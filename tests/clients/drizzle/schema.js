// The tables as they are now.
const { relations, sql } = require("drizzle-orm");
const {
  boolean, check, index, integer, jsonb, numeric, pgEnum, pgTable, pgView, primaryKey, serial, text, timestamp, unique, uniqueIndex, uuid, varchar,
} = require("drizzle-orm/pg-core");

const role = pgEnum("role", ["admin", "member", "guest"]);
const person = pgTable("person", {
  id: serial("id").primaryKey(),
  name: varchar("name", { length: 80 }).notNull().unique(),
  role: role("role").notNull().default("member"),
  active: boolean("active").notNull().default(true),
  tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
  created: timestamp("created", { withTimezone: true }).notNull().defaultNow(),
});
const task = pgTable("task", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  key: uuid("key").notNull().defaultRandom(),
  owner: integer("owner").notNull().references(() => person.id, { onDelete: "cascade" }),
  title: text("title").notNull(),
  cost: numeric("cost", { precision: 10, scale: 2 }).notNull().default("0"),
  double: numeric("double").generatedAlwaysAs(sql`cost * 2`),
  details: jsonb("details"),
}, (t) => [
  index("task_cost").on(t.cost.desc()).where(sql`cost > 10`),
  uniqueIndex("task_title_lower").on(t.owner, sql`lower(${t.title})`),
  unique("task_owner_title").on(t.owner, t.title),
  check("task_cost_not_negative", sql`cost >= 0`),
]);
const watcher = pgTable("watcher", {
  task: integer("task").notNull().references(() => task.id, { onDelete: "cascade" }),
  person: integer("person").notNull().references(() => person.id, { onDelete: "cascade" }),
}, (t) => [primaryKey({ columns: [t.task, t.person] })]);
const dear = pgView("dear").as((q) => q.select({ id: task.id, title: task.title }).from(task).where(sql`cost > 10`));

const personRelations = relations(person, ({ many }) => ({ tasks: many(task), watches: many(watcher) }));
const taskRelations = relations(task, ({ one, many }) => ({
  owner: one(person, { fields: [task.owner], references: [person.id] }), watchers: many(watcher),
}));
const watcherRelations = relations(watcher, ({ one }) => ({
  task: one(task, { fields: [watcher.task], references: [task.id] }), person: one(person, { fields: [watcher.person], references: [person.id] }),
}));
module.exports = { role, person, task, watcher, dear, personRelations, taskRelations, watcherRelations };
