# ActiveRecord: migrations, schema dump and models, against a server given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
# KEEP_GOING=1 goes on after a failed step, to list all that fails.
require "active_record"
require "stringio"

DATABASE = "client_activerecord"
SERVER = {
  adapter: "postgresql", host: ENV.fetch("PGHOST", "127.0.0.1"), port: ENV.fetch("PGPORT", "5432").to_i,
  username: ENV.fetch("PGUSER", "postgres"), password: ENV["PGPASSWORD"], encoding: "unicode", min_messages: "warning",
}.compact
ActiveRecord::Migration.verbose = false

def equal(got, want, what = nil)
  raise "#{what}: got #{got.inspect}, want #{want.inspect}" unless got == want
end

def raises(error)
  yield
rescue error => raised
  raised
else
  raise "#{error} was not raised"
end

class CreateShelves < ActiveRecord::Migration[6.1]
  def change
    create_table :writers do |t|
      t.string :name, null: false, limit: 60
      t.date :born
      t.string :languages, array: true, default: []
      t.timestamps
    end
    create_table :volumes, comment: "what is read" do |t|
      t.references :writer, null: false, foreign_key: { on_delete: :cascade }
      t.string :title, null: false
      t.decimal :price, precision: 8, scale: 2
      t.jsonb :details, null: false, default: {}
      t.integer :state, null: false, default: 0
      t.binary :cover
      t.integer :lock_version, null: false, default: 0
      t.timestamps precision: 6
    end
    create_table :themes do |t|
      t.string :name, null: false, index: { unique: true }
    end
    create_join_table :themes, :volumes do |t|
      t.index [:volume_id, :theme_id], unique: true
    end
    create_table :loans, id: :uuid do |t|
      t.references :volume, null: false, foreign_key: true, index: true
      t.datetime :taken_at, null: false
      t.interval :term
      t.inet :from_address
      t.references :subject, polymorphic: true, null: true
    end
  end
end

class ChangeShelves < ActiveRecord::Migration[6.1]
  def change
    add_column :volumes, :pages, :integer, null: false, default: 100
    change_column_null :volumes, :price, false, 0
    rename_column :writers, :born, :born_on
    add_index :volumes, [:writer_id, :title], unique: true, name: "title_of_writer"
    add_index :volumes, :price, where: "state = 0", order: { price: :desc }
    reversible do |direction|
      direction.up { add_index :volumes, "lower(title)", name: "lower_title" }
      direction.down { remove_index :volumes, name: "lower_title" }
    end
    add_check_constraint :volumes, "price >= 0", name: "price_not_negative"
    reversible do |direction|
      direction.up { change_column :writers, :name, :string, limit: 120 }
      direction.down { change_column :writers, :name, :string, limit: 60 }
    end
    reversible do |direction|
      direction.up { execute "CREATE VIEW dear AS SELECT id, title FROM volumes WHERE price > 10" }
      direction.down { execute "DROP VIEW dear" }
    end
  end
end

# Not in a transaction: as Rails does it for indexes of large tables.
class IndexConcurrently < ActiveRecord::Migration[6.1]
  disable_ddl_transaction!

  def change
    add_index :writers, :name, unique: true, algorithm: :concurrently
  end
end

class IndexDetails < ActiveRecord::Migration[6.1]
  def change
    add_index :volumes, :details, using: :gin
  end
end

MIGRATIONS = [CreateShelves, ChangeShelves, IndexConcurrently, IndexDetails]

class Writer < ActiveRecord::Base
  has_many :volumes, -> { order(:id) }, dependent: :destroy
  has_many :loans, through: :volumes
  validates :name, presence: true
end

class Theme < ActiveRecord::Base
  has_and_belongs_to_many :volumes
end

class Volume < ActiveRecord::Base
  belongs_to :writer, counter_cache: false
  has_and_belongs_to_many :themes
  has_many :loans
  enum state: { here: 0, lent: 1 }
  scope :dear, -> { where("price > ?", 10) }
  store_accessor :details, :parts
end

class Loan < ActiveRecord::Base
  attribute :term, :interval
  belongs_to :volume
  belongs_to :subject, polymorphic: true, optional: true
end

def migrator(versions = MIGRATIONS.size)
  list = MIGRATIONS.first(versions).each_with_index.map { |migration, index| migration.new(migration.name, index + 1) }
  [list, ActiveRecord::Base.connection.schema_migration]
end

def up(versions)
  ActiveRecord::Migrator.new(:up, *migrator, versions).migrate
end

def down(version)
  ActiveRecord::Migrator.new(:down, *migrator, version).migrate
end

def schema
  out = StringIO.new
  ActiveRecord::SchemaDumper.dump(ActiveRecord::Base.connection, out)
  out.string
end

def reset
  [Writer, Volume, Theme, Loan].each(&:reset_column_information)
end

def migrate
  up(1)
  Writer.reset_column_information
  writer = Writer.create!(name: "Early", born: "1900-01-01")
  Volume.reset_column_information
  Volume.create!(writer: writer, title: "Before", price: nil)
  up(4)
  reset
  volume = Volume.find_by!(title: "Before")
  equal([volume.price, volume.pages, volume.writer.born_on], [BigDecimal("0"), 100, Date.new(1900, 1, 1)])
  equal(ActiveRecord::SchemaMigration.all_versions.sort, %w[1 2 3 4])
  equal(volume.writer.destroy.destroyed?, true)
end

def dump
  text = schema
  [
    'create_table "volumes", comment: "what is read", force: :cascade do |t|', 't.bigint "writer_id", null: false', 't.string "name", limit: 120, null: false',
    't.decimal "price", precision: 8, scale: 2, null: false', 't.jsonb "details", default: {}, null: false',
    't.string "languages", default: [], array: true',
    't.index ["writer_id", "title"], name: "title_of_writer", unique: true', 't.index "lower((title)::text)", name: "lower_title"',
    't.index ["price"], name: "index_volumes_on_price", order: :desc, where: "(state = 0)"',
    't.index ["details"], name: "index_volumes_on_details", using: :gin',
    't.check_constraint "price >= (0)::numeric", name: "price_not_negative"', 'add_foreign_key "volumes", "writers", on_delete: :cascade',
    'create_table "loans", id: :uuid, default: -> { "gen_random_uuid()" }', 't.inet "from_address"', 't.interval "term"',
  ].each { |line| raise "#{line} is not in\n#{text}" unless text.include?(line) }
  # The dump, loaded, gives the same dump.
  ActiveRecord::Base.connection.execute("DROP VIEW dear")
  ActiveRecord::Schema.verbose = false if ActiveRecord::Schema.respond_to?(:verbose=)
  eval(text)
  reset
  equal(schema, text)
  ActiveRecord::Base.connection.execute("CREATE VIEW dear AS SELECT id, title FROM volumes WHERE price > 10")
end

def create
  verne = Writer.create!(name: "Verne", born_on: "1828-02-08", languages: ["fr", "a,b"])
  lem = Writer.create!(name: "Lem", languages: %w[pl de])
  space, sea = Theme.create!([{ name: "space" }, { name: "sea" }])
  Volume.create!(writer: verne, title: "Moon", price: "12.00", details: { parts: 1, tags: %w[gun moon] }, themes: [space])
  Volume.create!(writer: verne, title: "Leagues", price: "8.50", details: { parts: 2 }, themes: [sea], cover: "\x00\xFF\\".b)
  solaris = lem.volumes.create!(title: "Solaris", price: "15.25", details: { "in" => { "lang" => "pl" } }, themes: [space, sea])
  loan = solaris.loans.create!(taken_at: Time.utc(2024, 1, 1, 12, 0, 0, 123456), term: 3.days, from_address: "10.0.0.1", subject: lem)
  equal(loan.id.length, 36)
  loan.reload
  equal([loan.taken_at.usec, loan.term, loan.from_address.to_s, loan.subject], [123456, 3.days, "10.0.0.1", lem])
  equal(Volume.find_by(title: "Leagues").cover, "\x00\xFF\\".b)
  equal([Writer.count, Volume.count, Theme.count, Loan.count], [2, 3, 2, 1])
  equal(Writer.find_by(name: "Verne").languages, ["fr", "a,b"])
end

def read
  equal(Volume.order(price: :desc).pluck(:title), %w[Solaris Moon Leagues])
  equal(Volume.dear.joins(:writer).where(writers: { name: "Verne" }).pluck(:title), ["Moon"])
  equal(Volume.where("details @> ?", { parts: 2 }.to_json).pluck(:title), ["Leagues"])
  equal(Volume.where("details -> 'in' ->> 'lang' = ?", "pl").first.parts, nil)
  equal(Writer.where("? = ANY (languages)", "de").pluck(:name), ["Lem"])
  [:includes, :preload, :eager_load].each do |way|
    found = Writer.public_send(way, volumes: :themes).order(:name).map { |w| [w.name, w.volumes.map { |v| [v.title, v.themes.map(&:name).sort] }.sort] }
    equal(found, [["Lem", [["Solaris", %w[sea space]]]], ["Verne", [["Leagues", ["sea"]], ["Moon", ["space"]]]]], way)
  end
  equal(Volume.joins(:writer).group("writers.name").order("writers.name").count, { "Lem" => 1, "Verne" => 2 })
  equal(Volume.group(:writer_id).having("count(*) > 1").sum(:price).values, [BigDecimal("20.5")])
  equal([Volume.minimum(:price), Volume.average(:price).round(4), Volume.distinct.count(:writer_id)], [BigDecimal("8.5"), BigDecimal("11.9167"), 2])
  equal(Writer.left_joins(:loans).where(loans: { id: nil }).distinct.pluck(:name), ["Verne"])
  equal(Volume.where(writer: Writer.where(name: "Lem")).exists?, true)
  equal(Volume.where.not(title: %w[Moon Solaris]).or(Volume.where(price: 15..16)).order(:title).pluck(:title), %w[Leagues Solaris])
  equal(Volume.find_each(batch_size: 1).map(&:title).sort, %w[Leagues Moon Solaris])
  equal(Volume.in_batches(of: 2).map(&:count), [2, 1])
  equal(Volume.order(:id).offset(1).limit(1).pick(:title), "Leagues")
  equal(Volume.where("title ILIKE ?", "m%").count, 1)
  equal(Volume.from(Volume.select("row_number() OVER (ORDER BY price) AS place, title"), :volumes).pluck("place", "title"), [[1, "Leagues"], [2, "Moon"], [3, "Solaris"]])
  equal(Volume.connection.select_rows("SELECT title FROM dear ORDER BY 1"), [["Moon"], ["Solaris"]])
  raise "no plan" unless Volume.where(price: 1).explain.include?("Scan")
  raises(ActiveRecord::RecordNotFound) { Volume.find(0) }
end

def change
  moon = Volume.find_by!(title: "Moon")
  moon.update!(price: 13, details: moon.details.merge("new" => nil), state: :lent)
  equal([moon.reload.price, moon.details["new"], moon.lent?, moon.lock_version], [BigDecimal("13"), nil, true, 1])
  equal(Volume.where(title: "Moon").update_all("pages = pages + 1"), 1)
  equal(moon.reload.pages, 101)
  moon.increment!(:pages, 9)
  equal(moon.reload.pages, 110)
  stale = Volume.find(moon.id)
  moon.touch
  moon.update!(title: "The Moon")
  raises(ActiveRecord::StaleObjectError) { stale.update!(title: "Stale") }
  moon.reload.update!(title: "Moon")
  rows = (1..300).map { |n| { name: "theme #{n}" } }
  equal(Theme.insert_all!(rows, returning: %w[id name]).rows.size, 300)
  raises(ActiveRecord::RecordNotUnique) { Theme.insert_all!([{ name: "theme 1" }]) }
  equal(Theme.insert_all([{ name: "theme 1" }, { name: "other" }], unique_by: :name).rows.size, 1)
  at = Time.now
  Writer.upsert_all([{ name: "Lem", languages: ["pl"], created_at: at, updated_at: at }], unique_by: :name)
  equal([Writer.find_by(name: "Lem").languages, Writer.count], [["pl"], 2])
  equal(Theme.where("name LIKE 'theme %' OR name = 'other'").delete_all, 301)
  equal(Theme.find_or_create_by!(name: "sea").id, Theme.find_by(name: "sea").id)
  equal(Theme.create_or_find_by!(name: "sea").id, Theme.find_by(name: "sea").id)
end

def errors
  lem = Writer.find_by!(name: "Lem")
  failed = raises(ActiveRecord::RecordNotUnique) { Volume.create!(writer: lem, title: "Solaris", price: 1) }
  equal([failed.cause.class, failed.cause.result.error_field(PG::Result::PG_DIAG_CONSTRAINT_NAME)], [PG::UniqueViolation, "title_of_writer"])
  raises(ActiveRecord::NotNullViolation) { Volume.insert_all!([{ writer_id: lem.id, title: nil, price: 1, created_at: Time.now, updated_at: Time.now }]) }
  raises(ActiveRecord::InvalidForeignKey) { Volume.insert_all!([{ writer_id: 0, title: "x", price: 1, created_at: Time.now, updated_at: Time.now }]) }
  failed = raises(ActiveRecord::StatementInvalid) { Volume.create!(writer: lem, title: "x", price: -1) }
  equal(failed.cause.class, PG::CheckViolation)
  raises(ActiveRecord::ValueTooLong) { Writer.create!(name: "x" * 121) }
  raises(ActiveRecord::RangeError) { Volume.create!(writer: lem, title: "x", price: 10**9) }
  raises(ActiveRecord::RecordInvalid) { Writer.create!(name: "") }
  raises(ActiveRecord::InvalidForeignKey) { Volume.find_by!(title: "Solaris").delete }
  failed = raises(ActiveRecord::StatementInvalid) { Volume.connection.execute("SELECT nothing") }
  equal(failed.cause.class, PG::UndefinedColumn)
end

def transactions
  Theme.transaction do
    Theme.create!(name: "outer")
    Theme.transaction(requires_new: true) do
      Theme.create!(name: "inner")
      raise ActiveRecord::Rollback
    end
    raises(ActiveRecord::RecordNotUnique) { Theme.transaction(requires_new: true) { Theme.create!(name: "outer") } }
    equal(Theme.where(name: %w[outer inner]).lock.pluck(:name), ["outer"])
    Theme.find_by(name: "outer").with_lock { equal(Theme.lock("FOR UPDATE SKIP LOCKED").exists?(name: "outer"), true) }
  end
  equal(Theme.where(name: %w[outer inner]).pluck(:name), ["outer"])
  raises(ZeroDivisionError) { Theme.transaction { Theme.create!(name: "lost"); 1 / 0 } }
  equal(Theme.exists?(name: "lost"), false)
  Theme.transaction(isolation: :serializable) do
    equal(Theme.connection.select_value("SHOW transaction_isolation"), "serializable")
    Theme.find_by!(name: "outer").destroy
  end
  equal(Theme.connection.get_advisory_lock(4711), true)
  equal(Theme.connection.release_advisory_lock(4711), true)
end

def remove
  Loan.delete_all
  verne = Writer.find_by!(name: "Verne")
  equal([verne.volumes.size, verne.destroy.destroyed?], [2, true])
  equal([Volume.count, Theme.find_by(name: "space").volumes.pluck(:title)], [1, ["Solaris"]])
  Writer.delete_all
  equal(Volume.count, 0, "ON DELETE CASCADE")
end

def introspect
  connection = ActiveRecord::Base.connection
  equal(connection.tables.sort, %w[ar_internal_metadata loans schema_migrations themes themes_volumes volumes writers])
  equal([connection.views, connection.primary_key("loans"), connection.table_comment("volumes")], [["dear"], "id", "what is read"])
  equal(connection.foreign_keys("volumes").map { |k| [k.column, k.to_table, k.on_delete] }, [["writer_id", "writers", :cascade]])
  equal(connection.pk_and_sequence_for("volumes")[1].to_s, "public.volumes_id_seq")
  equal(connection.columns("volumes").find { |c| c.name == "price" }.sql_type, "numeric(8,2)")
  connection.reset_pk_sequence!("volumes")
  equal(connection.indexes("volumes").find { |i| i.name == "index_volumes_on_price" }.where, "(state = 0)")
end

def migrate_down
  down(1)
  equal(ActiveRecord::SchemaMigration.all_versions, %w[1])
  equal(ActiveRecord::Base.connection.columns("writers").find { |c| c.name == "name" }.limit, 60)
  up(4)
  down(0)
  equal(ActiveRecord::Base.connection.tables.sort, %w[ar_internal_metadata schema_migrations])
end

maintenance = SERVER.merge(database: ENV.fetch("PGDATABASE", "postgres"))
drop = lambda do
  ActiveRecord::Base.establish_connection(maintenance)
  ActiveRecord::Base.connection.execute("SET client_min_messages = warning")
  ActiveRecord::Base.connection.drop_database(DATABASE)
end
drop.call
ActiveRecord::Base.connection.create_database(DATABASE, encoding: "unicode")
ActiveRecord::Base.establish_connection(SERVER.merge(database: DATABASE))
ActiveRecord::SchemaMigration.create_table
failed = []
steps = %i[migrate dump create read change errors transactions introspect remove migrate_down]
steps.each do |step|
  send(step)
rescue StandardError, SyntaxError => error
  failed << step
  warn "activerecord: FAILED #{step}: #{error.class}: #{error.message[0, 2000]}\n  #{error.backtrace.grep(/activerecord_client/).first(3).join("\n  ")}"
  break unless ENV["KEEP_GOING"] == "1"
end
drop.call
puts "activerecord: #{failed.empty? ? steps.size : steps.size - failed.size} passed, #{failed.size} failed #{failed.join(' ')}".strip
exit(failed.empty? ? 0 : 1)
