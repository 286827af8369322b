// The tables of the first migration.
const { boolean, integer, jsonb, numeric, pgEnum, pgTable, serial, text, timestamp, varchar } = require("drizzle-orm/pg-core");

const role = pgEnum("role", ["admin", "member"]);
const person = pgTable("person", {
  id: serial("id").primaryKey(),
  name: varchar("name", { length: 40 }).notNull().unique(),
  role: role("role").notNull().default("member"),
  active: boolean("active").notNull().default(true),
  created: timestamp("created", { withTimezone: true }).notNull().defaultNow(),
});
const task = pgTable("task", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  owner: integer("owner").notNull().references(() => person.id, { onDelete: "cascade" }),
  title: text("title").notNull(),
  cost: numeric("cost", { precision: 10, scale: 2 }),
  details: jsonb("details"),
});
module.exports = { role, person, task };
