import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;

/**
 * pgjdbc against a server given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE: in the simple and the extended protocol, with and without
 * statements kept on the server, text and binary. KEEP_GOING=1 goes on after a failed step, to list all that fails.
 */
public final class Program {
    private static final String DATABASE = "client_jdbc";

    interface Step {
        void run() throws Exception;
    }

    private final String mode;
    private final Connection db;
    private static final List<String> failed = new ArrayList<>();
    private static int passed;

    private Program(String mode, Connection db) {
        this.mode = mode;
        this.db = db;
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static Connection connect(String database, String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", variable("PGUSER", "postgres"));
        all.setProperty("password", variable("PGPASSWORD", ""));
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection("jdbc:postgresql://" + variable("PGHOST", "127.0.0.1") + ":" + variable("PGPORT", "5432") + "/" + database, all);
    }

    private static void maintain(String... statements) throws SQLException {
        try (Connection connection = connect(variable("PGDATABASE", "postgres")); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private boolean simple() {
        return mode.equals("simple");
    }

    private static void equal(Object got, Object want) {
        if (!Objects.deepEquals(got, want)) {
            throw new AssertionError("got " + text(got) + ", want " + text(want));
        }
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? Arrays.toString(bytes) : value instanceof Object[] objects ? Arrays.deepToString(objects) : String.valueOf(value);
    }

    private static SQLException raises(String state, Step step) throws Exception {
        try {
            step.run();
        } catch (SQLException error) {
            equal(error.getSQLState(), state);
            return error;
        }
        throw new AssertionError(state + " was not raised");
    }

    private void step(String name, Step step) throws Exception {
        try {
            step.run();
            passed++;
        } catch (Exception | AssertionError error) {
            failed.add(mode + ":" + name);
            System.err.println("jdbc: FAILED " + mode + ":" + name + ": " + error);
            if (error instanceof SQLException e) {
                System.err.println("  " + e.getSQLState());
            }
            Arrays.stream(error.getStackTrace()).filter(f -> f.getFileName() != null && f.getFileName().equals("Program.java")).limit(3).forEach(f -> System.err.println("  " + f));
            if (!"1".equals(System.getenv("KEEP_GOING"))) {
                throw error;
            }
            if (!db.getAutoCommit()) {
                db.rollback();
                db.setAutoCommit(true);
            }
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Statement statement = db.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Rows as text, columns joined by '|'. */
    private List<String> rows(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> found = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(result.getString(i));
                    }
                    found.add(String.join("|", row.stream().map(String::valueOf).toList()));
                }
            }
            return found;
        }
    }

    /** Numbered scripts, each run once, as the usual migration tools for Java keep them. */
    private void migrate() throws Exception {
        execute("CREATE TABLE IF NOT EXISTS schema_history (version int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
        String[] scripts = {
            "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE owner (id bigserial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, born date);"
                + "CREATE TABLE pet (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, owner_id bigint NOT NULL REFERENCES owner ON DELETE CASCADE, name text NOT NULL,"
                + " weight numeric(6,2), mood mood DEFAULT 'good', tags text[], details jsonb, photo bytea, seen timestamptz, UNIQUE (owner_id, name))",
            "ALTER TABLE pet ADD COLUMN legs smallint NOT NULL DEFAULT 4; ALTER TABLE pet ADD CONSTRAINT pet_weight CHECK (weight > 0);"
                + "ALTER TABLE owner ALTER COLUMN name TYPE varchar(80); CREATE INDEX pet_seen ON pet (seen DESC) WHERE legs > 2; COMMENT ON TABLE pet IS 'with legs';"
                + "CREATE VIEW heavy AS SELECT id, name FROM pet WHERE weight > 10",
        };
        for (int pass = 0; pass < 2; pass++) {
            for (int version = 1; version <= scripts.length; version++) {
                db.setAutoCommit(false);
                if (rows("SELECT 1 FROM schema_history WHERE version = ? FOR UPDATE", version).isEmpty()) {
                    equal(pass, 0);
                    execute(scripts[version - 1]);
                    try (PreparedStatement done = db.prepareStatement("INSERT INTO schema_history (version) VALUES (?)")) {
                        done.setInt(1, version);
                        equal(done.executeUpdate(), 1);
                    }
                }
                db.commit();
                db.setAutoCommit(true);
            }
        }
        equal(rows("SELECT count(*) FROM schema_history"), List.of("2"));
    }

    private void types() throws Exception {
        UUID uuid = UUID.fromString("00000000-0000-0000-0000-00000000000a");
        OffsetDateTime at = OffsetDateTime.of(2024, 2, 29, 23, 59, 59, 123456000, ZoneOffset.UTC);
        Object[][] values = {
            {"int2", (short) 7, Short.class}, {"int4", Integer.MIN_VALUE, Integer.class}, {"int8", Long.MAX_VALUE, Long.class}, {"float4", 1.5f, Float.class},
            {"float8", 0.1, Double.class}, {"numeric", new BigDecimal("12345678901234567890.0123456789"), BigDecimal.class}, {"bool", true, Boolean.class},
            {"text", "grüß ✓", String.class}, {"varchar", "", String.class}, {"uuid", uuid, UUID.class}, {"date", LocalDate.of(1969, 7, 20), LocalDate.class},
            {"time", LocalTime.of(1, 2, 3, 456000), LocalTime.class}, {"timestamp", LocalDateTime.of(1999, 12, 31, 23, 59, 59, 999999000), LocalDateTime.class},
            {"timestamptz", at, OffsetDateTime.class},
        };
        for (Object[] value : values) {
            try (PreparedStatement statement = db.prepareStatement("SELECT ?::" + value[0] + " AS v")) {
                // Often enough for the driver to keep it on the server and to ask for binary.
                for (int i = 0; i < 7; i++) {
                    statement.setObject(1, value[1]);
                    try (ResultSet result = statement.executeQuery()) {
                        equal(result.next(), true);
                        equal(result.getObject("v", (Class<?>) value[2]), value[1]);
                        equal(result.wasNull(), false);
                    }
                    statement.setNull(1, Types.NULL);
                    try (ResultSet result = statement.executeQuery()) {
                        equal(result.next(), true);
                        equal(result.getObject(1), null);
                    }
                }
            }
        }
        if (simple()) {
            return; // the driver cannot send bytes so
        }
        try (PreparedStatement statement = db.prepareStatement("SELECT ?::bytea, ?::text[], ?::int4[], ?::jsonb, ?::interval, ?::mood")) {
            for (int i = 0; i < 7; i++) {
                PGobject json = new PGobject();
                json.setType("jsonb");
                json.setValue("{\"a\": [1, null]}");
                statement.setBytes(1, new byte[] {0, -1, 92});
                statement.setArray(2, db.createArrayOf("text", new String[] {"a,b", null, "\"", "NULL"}));
                statement.setArray(3, db.createArrayOf("int4", new Integer[] {1, null, 3}));
                statement.setObject(4, json);
                statement.setObject(5, new PGInterval("1 year 2 mons 3 days 04:05:06.5"));
                statement.setObject(6, "bad", Types.OTHER);
                try (ResultSet result = statement.executeQuery()) {
                    equal(result.next(), true);
                    equal(result.getBytes(1), new byte[] {0, -1, 92});
                    equal(result.getArray(2).getArray(), new String[] {"a,b", null, "\"", "NULL"});
                    equal(result.getArray(3).getArray(), new Integer[] {1, null, 3});
                    equal(((PGobject) result.getObject(4)).getValue(), "{\"a\": [1, null]}");
                    PGInterval interval = (PGInterval) result.getObject(5);
                    equal(List.of(interval.getYears(), interval.getMonths(), interval.getDays(), interval.getHours(), interval.getSeconds()), List.of(1, 2, 3, 4, 6.5));
                    equal(result.getString(6), "bad");
                }
            }
        }
    }

    private void create() throws Exception {
        long owner;
        try (PreparedStatement insert = db.prepareStatement("INSERT INTO owner (name, born) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, "Ada");
            insert.setDate(2, Date.valueOf("1815-12-10"));
            equal(insert.executeUpdate(), 1);
            try (ResultSet keys = insert.getGeneratedKeys()) {
                equal(keys.next(), true);
                owner = keys.getLong("id");
            }
        }
        try (PreparedStatement insert = db.prepareStatement(
            "INSERT INTO pet (owner_id, name, weight, mood, tags, details, seen) VALUES (?, ?, ?, ?::mood, ?, ?::jsonb, ?)", new String[] {"id", "legs"})) {
            for (int i = 0; i < 20; i++) {
                insert.setLong(1, owner);
                insert.setString(2, "pet " + i);
                insert.setBigDecimal(3, new BigDecimal("1.25").multiply(BigDecimal.valueOf(i + 1)));
                insert.setString(4, i % 2 == 0 ? "good" : "bad");
                insert.setArray(5, db.createArrayOf("text", new String[] {"t" + i % 3}));
                insert.setString(6, "{\"n\": " + i + "}");
                insert.setTimestamp(7, Timestamp.valueOf("2024-01-01 00:00:00"));
                insert.addBatch();
            }
            equal(Arrays.stream(insert.executeBatch()).map(n -> n == Statement.SUCCESS_NO_INFO ? 1 : n).sum(), 20);
            TreeSet<Long> ids = new TreeSet<>();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                while (keys.next()) {
                    ids.add(keys.getLong(1));
                    equal(keys.getInt("legs"), 4);
                }
            }
            equal(ids.size(), 20);
        }
    }

    private void read() throws Exception {
        equal(rows("SELECT count(*), sum(weight), min(name) FROM pet WHERE mood = ?::mood", "bad"), List.of("10|137.50|pet 1"));
        equal(rows("SELECT o.name, p.name FROM owner o JOIN pet p ON p.owner_id = o.id WHERE p.details @> ?::jsonb", "{\"n\": 3}"), List.of("Ada|pet 3"));
        equal(rows("SELECT name FROM pet WHERE id = ANY (?) ORDER BY id", db.createArrayOf("bigint", new Long[] {1L, 2L})), List.of("pet 0", "pet 1"));
        equal(rows("SELECT name FROM pet WHERE details ?? 'n' AND name LIKE ? ORDER BY id DESC LIMIT ?", "pet 1_", 2), List.of("pet 19", "pet 18"));
        equal(rows("SELECT tags[1], count(*), array_agg(id ORDER BY id) FILTER (WHERE id < 5) FROM pet GROUP BY 1 ORDER BY 1"), List.of("t0|7|{1,4}", "t1|7|{2}", "t2|6|{3}"));
        equal(rows("SELECT {fn ucase('a')}, {d '2020-01-01'}, {fn concat('a', 'b')}"), List.of("A|2020-01-01|ab"));
        // A portal with a row limit: autocommit off and a fetch size.
        db.setAutoCommit(false);
        try (PreparedStatement statement = db.prepareStatement("SELECT i FROM generate_series(1, 1000) i")) {
            statement.setFetchSize(64);
            long sum = 0;
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    sum += result.getInt(1);
                }
            }
            equal(sum, 500500L);
        }
        db.commit();
        db.setAutoCommit(true);
        // Results that scroll and are updated in place.
        try (Statement statement = db.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
            ResultSet result = statement.executeQuery("SELECT id, name, weight FROM pet WHERE id <= 3 ORDER BY id")) {
            equal(result.last(), true);
            equal(result.getRow(), 3);
            equal(result.absolute(2), true);
            result.updateString("name", "renamed");
            result.updateRow();
            equal(result.getString("name"), "renamed");
        }
        equal(rows("SELECT name FROM pet WHERE id = 2"), List.of("renamed"));
        if (simple()) {
            return; // nothing is described
        }
        try (PreparedStatement statement = db.prepareStatement("SELECT p.name, p.weight, p.legs + 1 AS more, p.id FROM pet p WHERE p.id = ?")) {
            equal(statement.getParameterMetaData().getParameterTypeName(1), "int8");
            ResultSetMetaData described = statement.getMetaData();
            equal(List.of(described.getColumnTypeName(1), described.getPrecision(2), described.getScale(2), described.getColumnLabel(3), described.isAutoIncrement(4)),
                List.of("text", 6, 2, "more", true));
            equal(List.of(described.getTableName(1), described.isNullable(1)), List.of("pet", ResultSetMetaData.columnNoNulls));
        }
    }

    private void change() throws Exception {
        try (Statement statement = db.createStatement()) {
            equal(statement.executeUpdate("UPDATE pet SET weight = weight * 2, mood = 'bad' WHERE id = 1"), 1);
            equal(statement.executeUpdate("INSERT INTO owner (name) VALUES ('Ada') ON CONFLICT (name) DO UPDATE SET born = '1815-12-10'"), 1);
            equal(statement.executeUpdate("INSERT INTO owner (name) VALUES ('Ada') ON CONFLICT DO NOTHING"), 0);
            // Two statements in one string give two results.
            equal(statement.execute("UPDATE pet SET legs = 3 WHERE id < 4; SELECT sum(legs) FROM pet"), false);
            equal(statement.getUpdateCount(), 3);
            equal(statement.getMoreResults(), true);
            try (ResultSet result = statement.getResultSet()) {
                equal(result.next(), true);
                equal(result.getInt(1), 77);
            }
        }
        CopyManager copy = db.unwrap(PGConnection.class).getCopyAPI();
        equal(copy.copyIn("COPY owner (name) FROM STDIN", new java.io.StringReader("c1\nc\\t2\n")), 2L);
        java.io.StringWriter out = new java.io.StringWriter();
        equal(copy.copyOut("COPY (SELECT name FROM owner WHERE name LIKE 'c%' ORDER BY name) TO STDOUT (FORMAT csv, HEADER)", out), 2L);
        equal(out.toString(), "name\nc\t2\nc1\n");
        if (simple()) {
            return; // the driver counts the result as a parameter
        }
        try (CallableStatement call = db.prepareCall("{? = call upper(?)}")) {
            call.registerOutParameter(1, Types.VARCHAR);
            call.setString(2, "abc");
            call.execute();
            equal(call.getString(1), "ABC");
        }
    }

    private void errors() throws Exception {
        SQLException duplicate = raises("23505", () -> execute("INSERT INTO owner (name) VALUES ('Ada')"));
        equal(((PSQLException) duplicate).getServerErrorMessage().getConstraint(), "owner_name_key");
        equal(((PSQLException) duplicate).getServerErrorMessage().getDetail(), "Key (name)=(Ada) already exists.");
        raises("23503", () -> execute("INSERT INTO pet (owner_id, name) VALUES (0, 'x')"));
        raises("23502", () -> execute("INSERT INTO owner (name) VALUES (NULL)"));
        equal(((PSQLException) raises("23514", () -> execute("UPDATE pet SET weight = 0"))).getServerErrorMessage().getConstraint(), "pet_weight");
        raises("22001", () -> execute("INSERT INTO owner (name) VALUES (repeat('x', 81))"));
        raises("42P01", () -> rows("SELECT * FROM nothing WHERE id = ?", 1));
        raises("42601", () -> execute("SELECT 1 +"));
        raises("22P02", () -> rows("SELECT ?::int", "x"));
        raises("22012", () -> rows("SELECT 1 / ?", 0));
        try (PreparedStatement insert = db.prepareStatement("INSERT INTO owner (name) VALUES (?)")) {
            for (String name : new String[] {"batch 1", "Ada", "batch 2"}) {
                insert.setString(1, name);
                insert.addBatch();
            }
            insert.executeBatch();
            throw new AssertionError("no error");
        } catch (BatchUpdateException error) {
            equal(error.getSQLState(), "23505");
        }
        // In the simple protocol each statement is a transaction; otherwise all up to the next Sync are one.
        equal(rows("SELECT name FROM owner WHERE name LIKE 'batch%' ORDER BY 1"), simple() ? List.of("batch 1", "batch 2") : List.of());
        try (Statement slow = db.createStatement()) {
            slow.setQueryTimeout(1);
            raises("57014", () -> slow.executeQuery("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"));
        }
        equal(rows("SELECT 1"), List.of("1"));
    }

    private void transactions() throws Exception {
        db.setAutoCommit(false);
        execute("INSERT INTO owner (name) VALUES ('outer')");
        Savepoint savepoint = db.setSavepoint("inner point");
        execute("INSERT INTO owner (name) VALUES ('inner')");
        raises("23505", () -> execute("INSERT INTO owner (name) VALUES ('outer')"));
        raises("25P02", () -> execute("SELECT 1"));
        db.rollback(savepoint);
        equal(rows("SELECT name FROM owner WHERE name IN ('outer', 'inner') FOR UPDATE"), List.of("outer"));
        db.releaseSavepoint(savepoint);
        db.commit();
        execute("DELETE FROM owner");
        db.rollback();
        equal(rows("SELECT count(*) FROM owner WHERE name IN ('outer', 'inner')"), List.of("1"));
        db.commit();
        db.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        equal(rows("SHOW transaction_isolation"), List.of("serializable"));
        db.commit();
        db.setReadOnly(true);
        raises("25006", () -> execute("INSERT INTO owner (name) VALUES ('read only')"));
        db.rollback();
        db.setReadOnly(false);
        db.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        db.setAutoCommit(true);
    }

    private void notifications() throws Exception {
        execute("LISTEN news");
        try (Connection other = connect(DATABASE); Statement statement = other.createStatement()) {
            statement.execute("NOTIFY news, 'hello'");
        }
        PGNotification[] got = db.unwrap(PGConnection.class).getNotifications(10000);
        equal(got == null ? null : got[0].getParameter(), "hello");
        execute("UNLISTEN *");
    }

    private List<String> listed(ResultSet result, String... columns) throws SQLException {
        List<String> found = new ArrayList<>();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (String column : columns) {
                row.add(result.getString(column));
            }
            found.add(String.join("|", row.stream().map(String::valueOf).toList()));
        }
        result.close();
        return found;
    }

    private void metadata() throws Exception {
        DatabaseMetaData data = db.getMetaData();
        equal(data.getDatabaseProductName(), "PostgreSQL");
        equal(data.getDatabaseMajorVersion(), 15);
        equal(listed(data.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE", "REMARKS"),
            List.of("owner|TABLE|null", "pet|TABLE|with legs", "schema_history|TABLE|null", "heavy|VIEW|null"));
        equal(listed(data.getColumns(null, "public", "pet", "%"), "COLUMN_NAME", "TYPE_NAME", "COLUMN_SIZE", "IS_NULLABLE", "IS_AUTOINCREMENT").subList(0, 5),
            List.of("id|int8|19|NO|YES", "owner_id|int8|19|NO|NO", "name|text|2147483647|NO|NO", "weight|numeric|6|YES|NO", "mood|mood|2147483647|YES|NO"));
        equal(listed(data.getColumns(null, "public", "pet", "legs"), "DATA_TYPE", "COLUMN_DEF"), List.of(Types.SMALLINT + "|4"));
        equal(listed(data.getPrimaryKeys(null, "public", "pet"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"), List.of("id|1|pet_pkey"));
        equal(listed(data.getImportedKeys(null, "public", "pet"), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKCOLUMN_NAME", "DELETE_RULE", "FK_NAME", "PK_NAME"),
            List.of("owner|id|owner_id|" + DatabaseMetaData.importedKeyCascade + "|pet_owner_id_fkey|owner_pkey"));
        equal(listed(data.getExportedKeys(null, "public", "owner"), "FKTABLE_NAME"), List.of("pet"));
        equal(listed(data.getIndexInfo(null, "public", "pet", false, false), "INDEX_NAME", "NON_UNIQUE", "COLUMN_NAME", "ASC_OR_DESC", "FILTER_CONDITION"),
            List.of("pet_owner_id_name_key|f|owner_id|A|null", "pet_owner_id_name_key|f|name|A|null", "pet_pkey|f|id|A|null", "pet_seen|t|seen|D|(legs > 2)"));
        equal(listed(data.getSchemas(), "TABLE_SCHEM"), List.of("information_schema", "pg_catalog", "public"));
        equal(listed(data.getCatalogs(), "TABLE_CAT").contains(DATABASE), true);
        equal(listed(data.getTypeInfo(), "TYPE_NAME").containsAll(List.of("int4", "text", "jsonb", "uuid", "mood")), true);
        equal(listed(data.getFunctions(null, "pg_catalog", "lower"), "FUNCTION_NAME").contains("lower"), true);
        equal(listed(data.getBestRowIdentifier(null, "public", "pet", DatabaseMetaData.bestRowSession, false), "COLUMN_NAME"), List.of("id"));
        equal(listed(data.getTablePrivileges(null, "public", "pet"), "PRIVILEGE").contains("SELECT"), true);
        equal(data.getSQLKeywords().contains("returning"), true);
    }

    private void remove() throws Exception {
        try (Statement statement = db.createStatement()) {
            equal(statement.executeUpdate("DELETE FROM owner WHERE name = 'Ada'"), 1);
        }
        equal(rows("SELECT count(*) FROM pet"), List.of("0"));
        execute("TRUNCATE owner CASCADE", "DROP VIEW heavy", "DROP TABLE pet, owner, schema_history", "DROP TYPE mood");
    }

    private void all() throws Exception {
        step("migrate", this::migrate);
        step("types", this::types);
        step("create", this::create);
        step("read", this::read);
        step("change", this::change);
        step("errors", this::errors);
        step("transactions", this::transactions);
        step("notifications", this::notifications);
        step("metadata", this::metadata);
        step("remove", this::remove);
    }

    public static void main(String[] arguments) throws Exception {
        java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
        String drop = "DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)";
        maintain(drop, "CREATE DATABASE " + DATABASE);
        String[][] modes = {
            {"extended"}, {"simple", "preferQueryMode", "simple"}, {"kept at once", "prepareThreshold", "1"},
            {"text", "binaryTransfer", "false"}, {"rewritten", "reWriteBatchedInserts", "true", "autosave", "conservative"},
        };
        try {
            for (String[] mode : modes) {
                try (Connection db = connect(DATABASE, Arrays.copyOfRange(mode, 1, mode.length))) {
                    new Program(mode[0], db).all();
                }
                if ("1".equals(System.getenv("KEEP_GOING"))) {
                    maintain(drop, "CREATE DATABASE " + DATABASE);
                }
            }
        } catch (Exception | AssertionError error) {
            if (failed.isEmpty()) {
                throw error;
            }
        } finally {
            maintain(drop);
            System.out.println(("jdbc: " + passed + " passed, " + failed.size() + " failed " + String.join(", ", failed)).trim());
        }
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
