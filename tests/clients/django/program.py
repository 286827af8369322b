"""Django: migrations, admin and ORM."""
import datetime
import io
import os
import pathlib
import subprocess
import sys
import tempfile
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from scratch import Scratch, Steps, equal, raises  # noqa: E402

UTC = datetime.timezone.utc
D = Decimal


def manage(folder, stage, *args):
    """A management command in a process of its own: the models of one stage."""
    environment = {
        **os.environ, "SHOP_STAGE": stage, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": f"{HERE}:{folder}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run([sys.executable, "-m", "django", *args], env=environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{args}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def migrations(folder):
    package = pathlib.Path(folder) / "shop_migrations"
    package.mkdir()
    (package / "__init__.py").touch()
    manage(folder, "1", "makemigrations", "shop")
    manage(folder, "1", "migrate")
    # Rows that the second migration has to carry over.
    manage(folder, "1", "shell", "-c", (
        "from shop.models import *; import datetime;"
        "a = Author.objects.create(name='Early');"
        "Book.objects.create(title='Before', author=a, price='9.50', published=datetime.date(1999, 1, 1))"))
    manage(folder, "2", "makemigrations", "shop", "--name", "second")
    second = (package / "0002_second.py").read_text()
    for operation in ["AlterField", "AddField", "AddIndex", "AddConstraint"]:
        assert f"migrations.{operation}(" in second, operation
    manage(folder, "2", "migrate")
    assert "No changes" in manage(folder, "2", "makemigrations", "--check", "--dry-run")
    listed = manage(folder, "2", "showmigrations", "shop")
    equal(listed.count("[X]"), 2, listed)


def migrate_back_and_forth(folder):
    manage(folder, "2", "migrate", "shop", "0001")
    equal(manage(folder, "2", "showmigrations", "shop").count("[X]"), 1)
    manage(folder, "2", "migrate", "shop")
    equal(manage(folder, "2", "showmigrations", "shop").count("[X]"), 2)
    assert "CREATE TABLE" in manage(folder, "2", "sqlmigrate", "shop", "0001")
    manage(folder, "2", "check", "--database", "default")


def carried_over():
    from shop.models import Book
    book = Book.objects.get(title="Before")
    equal((book.pages, book.stock, book.subtitle, book.gross), (100, 7, None, D("19.00")))
    book.author.delete()
    equal(Book.objects.count(), 0)


def create():
    from shop.models import Author, Book, Sale, Topic
    verne = Author.objects.create(name="Verne", born=datetime.date(1828, 2, 8), languages=["fr"])
    lem = Author.objects.create(name="Lem", born=datetime.date(1921, 9, 12), languages=["pl", "de", "ru"])
    space, sea = [Topic.objects.create(slug=s) for s in ("space", "sea")]

    def book(title, author, price, year, details, *topics):
        made = Book.objects.create(title=title, author=author, price=D(price), published=datetime.date(year, 1, 1), details=details)
        made.topics.set(topics)
        return made

    moon = book("From the Earth to the Moon", verne, "12.00", 1865, {"parts": 1, "tags": ["gun", "moon"], "in": {"lang": "fr"}}, space)
    leagues = book("Twenty Thousand Leagues", verne, "8.50", 1870, {"parts": 2, "tags": ["submarine"], "in": {"lang": "fr"}}, sea)
    solaris = book("Solaris", lem, "15.25", 1961, {"parts": 1, "tags": ["sea", "mind"], "in": {"lang": "pl"}, "film": None}, space, sea)
    book("Eden", lem, "7.00", 1959, {}, space)
    for index, (sold, copies) in enumerate([(moon, 3), (moon, 5), (leagues, 1), (solaris, 10), (solaris, 2), (solaris, 4)]):
        Sale.objects.create(book=sold, copies=copies, at=datetime.datetime(2024, 1 + index, 1, 23, 30, tzinfo=UTC))
    equal((Author.objects.count(), Book.objects.count(), Sale.objects.count()), (2, 4, 6))
    equal((solaris.gross, solaris.stock), (D("30.50"), 7), "returned by INSERT")


def read():
    from shop.models import Author, Book
    equal([b.title for b in Book.objects.filter(author__name="Lem")], ["Eden", "Solaris"])
    equal(list(Book.objects.filter(topics__slug="space").order_by("-price").values_list("title", "price")),
          [("Solaris", D("15.25")), ("From the Earth to the Moon", D("12.00")), ("Eden", D("7.00"))])
    equal([a.name for a in Author.objects.filter(name__istartswith="v")], ["Verne"])
    equal(Book.objects.filter(title__icontains="THE").count(), 1)
    equal(Book.objects.filter(title__regex=r"^S.*s$").count(), 1)
    equal(Book.objects.filter(title__iregex=r"^s.*S$").count(), 1)
    equal(Book.objects.filter(published__year=1961).get().title, "Solaris")
    equal(Book.objects.filter(published__range=(datetime.date(1860, 1, 1), datetime.date(1900, 1, 1))).count(), 2)
    equal([b.title for b in Book.objects.order_by("-published")[1:3]], ["Eden", "Twenty Thousand Leagues"])
    equal(Book.objects.filter(pk__in=[]).count(), 0)
    equal(Book.objects.exclude(topics__slug="sea").count(), 2)
    equal(Book.objects.filter(subtitle__isnull=True).exists(), True)
    with_topics = Book.objects.prefetch_related("topics", "sales").select_related("author").order_by("pk")
    equal([(b.author.name, sorted(t.slug for t in b.topics.all()), len(b.sales.all())) for b in with_topics],
          [("Verne", ["space"], 2), ("Verne", ["sea"], 1), ("Lem", ["sea", "space"], 3), ("Lem", ["space"], 0)])
    equal(Book.objects.earliest("published").title, "From the Earth to the Moon")
    equal(sorted(Book.objects.in_bulk(field_name="id").keys()), sorted(Book.objects.values_list("pk", flat=True)))
    union = Book.objects.filter(price__lt=8).values_list("title").union(Book.objects.filter(price__gt=14).values_list("title"))
    equal(sorted(union), [("Eden",), ("Solaris",)])
    equal(list(Book.objects.dates("published", "year").values_list("datefield", flat=True))[0], datetime.date(1865, 1, 1))
    equal(Book.objects.order_by("author__name", "title").distinct("author__name").count(), 2)
    assert "Scan" in Book.objects.filter(price__lt=8).explain()
    equal(sum(1 for _ in Book.objects.iterator(chunk_size=2)), 4, "server-side cursor")
    raises(Book.DoesNotExist, Book.objects.get, title="none")
    raises(Book.MultipleObjectsReturned, Book.objects.get, author__name="Lem")


def aggregates():
    from django.contrib.postgres.aggregates import ArrayAgg, BoolOr, JSONBAgg, StringAgg
    from django.db.models import Avg, Count, F, Max, Min, Q, StdDev, Sum, Value
    from django.db.models.functions import Coalesce
    from shop.models import Author, Book, Sale
    equal(Book.objects.aggregate(Min("price"), Max("price"), mean=Avg("price"), n=Count("*")),
          {"price__min": D("7.00"), "price__max": D("15.25"), "mean": D("10.6875"), "n": 4})
    sold = Book.objects.annotate(sold=Coalesce(Sum("sales__copies"), Value(0))).order_by("-sold", "title")
    equal(list(sold.values_list("title", "sold")),
          [("Solaris", 16), ("From the Earth to the Moon", 8), ("Twenty Thousand Leagues", 1), ("Eden", 0)])
    equal([b.title for b in sold.filter(sold__gt=5)], ["Solaris", "From the Earth to the Moon"], "HAVING")
    by_author = Author.objects.annotate(
        cheap=Count("books", filter=Q(books__price__lt=10)), titles=ArrayAgg("books__title", order_by="books__title"),
        listed=StringAgg("books__title", delimiter="; ", order_by="-books__title"), dear=BoolOr(Q(books__price__gt=15)),
    ).order_by("name")
    equal([(a.name, a.cheap, a.titles, a.listed, a.dear) for a in by_author], [
        ("Lem", 1, ["Eden", "Solaris"], "Solaris; Eden", True),
        ("Verne", 1, ["From the Earth to the Moon", "Twenty Thousand Leagues"],
         "Twenty Thousand Leagues; From the Earth to the Moon", False),
    ])
    equal(Author.objects.filter(name="Lem").aggregate(j=JSONBAgg("books__price", order_by="books__price"))["j"], [7.0, 15.25])
    equal(Sale.objects.values("book__author__name").annotate(n=Sum("copies")).order_by("book__author__name").values_list("book__author__name", "n")[0],
          ("Lem", 16))
    assert Sale.objects.aggregate(s=StdDev("copies"))["s"] > 2
    equal(Book.objects.aggregate(n=Count("author", distinct=True))["n"], 2)
    equal(Book.objects.annotate(n=Count("topics")).aggregate(Sum("n"))["n__sum"], 5)
    equal(Sale.objects.aggregate(worth=Sum(F("copies") * F("book__price")))["worth"], D("8") * 12 + D("8.50") + 16 * D("15.25"))


def expressions():
    from django.db.models import Case, CharField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Subquery, Value, When, Window
    from django.db.models.functions import (
        Cast, Concat, DenseRank, ExtractYear, FirstValue, Greatest, Lag, Length, Lower, Now, NullIf, RowNumber, StrIndex, Substr, TruncMonth,
    )
    from django.db.models import Sum
    from shop.models import Author, Book, Sale
    equal(Book.objects.filter(Q(price__lt=8) | (Q(author__name="Verne") & ~Q(price__gt=10))).count(), 2)
    Book.objects.filter(title="Eden").update(price=F("price") + 1, pages=F("pages") * 2)
    equal(Book.objects.values_list("price", "pages").get(title="Eden"), (D("8.00"), 200))
    Book.objects.filter(title="Eden").update(price=7, pages=100)
    ranked = Book.objects.annotate(
        rank=Window(DenseRank(), partition_by="author", order_by=F("price").desc()),
        before=Window(Lag("title"), partition_by="author", order_by="published"),
        row=Window(RowNumber(), order_by="title"),
        first=Window(FirstValue("title"), partition_by="author", order_by="title"),
    ).order_by("title")
    equal(list(ranked.values_list("title", "rank", "before", "row", "first")), [
        ("Eden", 2, None, 1, "Eden"), ("From the Earth to the Moon", 1, None, 2, "From the Earth to the Moon"),
        ("Solaris", 1, "Eden", 3, "Eden"), ("Twenty Thousand Leagues", 2, "From the Earth to the Moon", 4, "From the Earth to the Moon"),
    ])
    equal([b.title for b in ranked.filter(rank=1)], ["From the Earth to the Moon", "Solaris"], "a window function filtered")
    running = Sale.objects.annotate(total=Window(Sum("copies"), order_by="at")).order_by("at")
    equal([s.total for s in running], [3, 8, 9, 19, 21, 25])
    newest = Book.objects.filter(author=OuterRef("pk")).order_by("-published")
    authors = Author.objects.annotate(newest=Subquery(newest.values("title")[:1]), sells=Exists(Sale.objects.filter(book__author=OuterRef("pk"))))
    equal(sorted(authors.values_list("name", "newest", "sells")), [("Lem", "Solaris", True), ("Verne", "Twenty Thousand Leagues", True)])
    equal([b.title for b in Book.objects.filter(~Exists(Sale.objects.filter(book=OuterRef("pk"))))], ["Eden"])
    equal(Book.objects.filter(author__in=Author.objects.filter(languages__contains=["pl"])).count(), 2)
    kinds = Book.objects.annotate(kind=Case(When(price__lt=8, then=Value("cheap")), When(price__lt=13, then=Value("fair")), default=Value("dear")))
    equal(list(kinds.order_by("price").values_list("kind", flat=True)), ["cheap", "fair", "fair", "dear"])
    equal(Book.objects.annotate(
        low=Lower("title"), size=Length("title"), text=Concat("title", Value(" by "), "author__name", output_field=CharField()),
        at=StrIndex("title", Value("lar")), part=Substr("title", 1, 3), year=ExtractYear("published"),
        number=Cast("price", IntegerField()), most=Greatest("pages", "stock"), none=NullIf("pages", Value(100)),
        twice=ExpressionWrapper(F("pages") + F("stock"), output_field=IntegerField()),
    ).values_list("low", "size", "text", "at", "part", "year", "number", "most", "none", "twice").get(title="Solaris"),
        ("solaris", 7, "Solaris by Lem", 3, "Sol", 1961, 15, 100, None, 107))
    # 23:30 UTC on the first of a month is the second in Berlin; months stay, days do not.
    by_month = Sale.objects.annotate(month=TruncMonth("at")).values("month").annotate(n=Sum("copies")).order_by("month")
    equal(by_month[0]["month"].isoformat(), "2024-01-01T00:00:00+01:00")
    equal(Sale.objects.filter(at__day=2).count(), 6)
    equal(Sale.objects.filter(at__lt=Now()).count(), 6)
    equal(Sale.objects.filter(at__gt=Now() - datetime.timedelta(days=1)).count(), 0)


def json_and_arrays():
    from django.db.models import F, JSONField
    from django.db.models.fields.json import KT
    from django.db.models.functions import Cast
    from shop.models import Author, Book

    def titles(**lookup):
        return sorted(Book.objects.filter(**lookup).values_list("title", flat=True))

    moon, leagues = "From the Earth to the Moon", "Twenty Thousand Leagues"
    equal(titles(details__parts=1), [moon, "Solaris"])
    equal(titles(details__parts__gt=1), [leagues])
    equal(titles(details__in__lang="fr"), [moon, leagues])
    equal(titles(details__tags__0="sea"), ["Solaris"])
    equal(titles(details__contains={"tags": ["moon"]}), [moon])
    equal(titles(details__contained_by={"parts": 2, "tags": ["submarine", "x"], "in": {"lang": "fr"}}), ["Eden", leagues])
    equal(titles(details__has_key="film"), ["Solaris"])
    equal(titles(details__has_keys=["parts", "tags"]), [moon, "Solaris", leagues])
    equal(titles(details__has_any_keys=["film", "none"]), ["Solaris"])
    equal(titles(details__film=None), ["Solaris"])
    equal(titles(details__film__isnull=True), ["Eden", moon, leagues])
    equal(titles(details={}), ["Eden"])
    equal(titles(details__in__lang__in=["pl", "cz"]), ["Solaris"])
    equal(titles(details__in__lang__startswith="f"), [moon, leagues])
    equal(Book.objects.annotate(lang=KT("details__in__lang")).filter(lang="pl").values_list("lang", flat=True)[0], "pl")
    equal(list(Book.objects.order_by("details__parts", "title").exclude(details={}).values_list("details__parts", flat=True)), [1, 1, 2])
    solaris = Book.objects.get(title="Solaris")
    solaris.details["ü"] = [1, 2.5, None, {"a": "b"}]
    solaris.save(update_fields=["details"])
    equal(Book.objects.get(pk=solaris.pk).details["ü"], [1, 2.5, None, {"a": "b"}])

    def names(**lookup):
        return sorted(Author.objects.filter(**lookup).values_list("name", flat=True))

    equal(names(languages__contains=["de"]), ["Lem"])
    equal(names(languages__overlap=["fr", "ru"]), ["Lem", "Verne"])
    equal(names(languages__contained_by=["fr", "en"]), ["Verne"])
    equal(names(languages__len=3), ["Lem"])
    equal(names(languages__0="fr"), ["Verne"])
    equal(names(languages__0_2=["pl", "de"]), ["Lem"])
    equal(names(languages=["fr"]), ["Verne"])
    equal(Author.objects.annotate(first=F("languages__0")).order_by("name").values_list("first", flat=True)[0], "pl")
    equal(Author.objects.annotate(j=Cast("name", JSONField())).count(), 2)


def transactions():
    from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
    from shop.models import Author, Book, Sale
    with transaction.atomic():
        Author.objects.create(name="Outer")
        error = raises(IntegrityError, _duplicate_inside, Author)
        equal((error.__cause__.sqlstate, error.__cause__.diag.constraint_name), ("23505", "shop_author_name_key"))
        with transaction.atomic():
            Author.objects.create(name="Inner")
            with transaction.atomic():
                Author.objects.create(name="Innermost")
                transaction.set_rollback(True)
    equal(sorted(Author.objects.values_list("name", flat=True)), ["Inner", "Lem", "Outer", "Verne"])
    raises(ZeroDivisionError, _fails_outside, Author)
    equal(Author.objects.filter(name="Lost").exists(), False)
    lem = Author.objects.get(name="Lem")
    error = raises(IntegrityError, Book.objects.create, title="x", author=lem, price=-1, published="2000-01-01")
    equal((error.__cause__.sqlstate, error.__cause__.diag.constraint_name), ("23514", "book_price_not_negative"))
    error = raises(IntegrityError, Book.objects.create, title="Solaris", author=lem, price=1, published="2000-01-01")
    equal(error.__cause__.diag.constraint_name, "book_of_author")
    error = raises(IntegrityError, Book.objects.create, title=None, author=lem, price=1, published="2000-01-01")
    equal((error.__cause__.sqlstate, error.__cause__.diag.column_name), ("23502", "title"))
    raises(DataError, Book.objects.create, title="x" * 201, author=lem, price=1, published="2000-01-01")
    # Django's foreign keys are DEFERRABLE INITIALLY DEFERRED: the violation shows at COMMIT.
    error = raises(IntegrityError, _no_such_book, Sale)
    equal(error.__cause__.sqlstate, "23503")
    with transaction.atomic():
        equal([a.name for a in Author.objects.select_for_update().filter(name__in=["Inner", "Outer"]).order_by("name")], ["Inner", "Outer"])
        Author.objects.select_for_update(of=["self"], no_key=True, skip_locked=True).get(name="Outer")
        list(Book.objects.select_related("author").select_for_update(of=["self", "author"], nowait=True))
    raises(transaction.TransactionManagementError, lambda: list(Author.objects.select_for_update()))
    seen = []
    with transaction.atomic():
        transaction.on_commit(lambda: seen.append(1))
        equal(seen, [])
    equal(seen, [1])
    with connection.cursor() as cursor:
        raises(DatabaseError, cursor.execute, "SELECT nothing")
        cursor.execute("SELECT %s::int + 1, current_database()", [41])
        equal(cursor.fetchone(), (42, os.environ["SCRATCH_DATABASE"]))
    equal(Author.objects.filter(name__in=["Inner", "Outer"]).delete()[0], 2)


def _duplicate_inside(Author):
    from django.db import transaction
    with transaction.atomic():
        Author.objects.create(name="Outer")


def _fails_outside(Author):
    from django.db import transaction
    with transaction.atomic():
        Author.objects.create(name="Lost")
        1 / 0


def _no_such_book(Sale):
    from django.db import transaction
    with transaction.atomic():
        Sale.objects.create(book_id=10**9, copies=1, at=datetime.datetime.now(UTC))


def bulk():
    from django.db import IntegrityError
    from shop.models import Author, Topic
    made = Topic.objects.bulk_create([Topic(slug=f"t{i}") for i in range(500)], batch_size=200)
    equal(len({t.pk for t in made}), 500)
    raises(IntegrityError, Topic.objects.bulk_create, [Topic(slug="t1")])
    Topic.objects.bulk_create([Topic(slug="t1"), Topic(slug="new")], ignore_conflicts=True)
    equal(Topic.objects.filter(slug__in=["t1", "new"]).count(), 2)
    authors = Author.objects.bulk_create(
        [Author(name="Lem", languages=["pl"]), Author(name="Capek", languages=["cs"])],
        update_conflicts=True, unique_fields=["name"], update_fields=["languages"])
    assert all(a.pk for a in authors)
    equal(Author.objects.get(name="Lem").languages, ["pl"])
    topics = list(Topic.objects.filter(slug__startswith="t"))
    for topic in topics:
        topic.slug = topic.slug.replace("t", "u")
    equal(Topic.objects.bulk_update(topics, ["slug"], batch_size=100), 500)
    equal(Topic.objects.filter(slug__startswith="u").count(), 500)
    author, created = Author.objects.get_or_create(name="Capek", defaults={"born": datetime.date(1890, 1, 9)})
    equal((created, author.born), (False, None))
    author, created = Author.objects.update_or_create(name="Capek", defaults={"born": datetime.date(1890, 1, 9)})
    equal((created, Author.objects.get(pk=author.pk).born), (False, datetime.date(1890, 1, 9)))
    equal(Author.objects.get_or_create(name="Wells")[1], True)
    equal(Author.objects.filter(name__in=["Wells", "Capek"]).delete(), (2, {"shop.Author": 2}))
    equal(Topic.objects.filter(slug__startswith="u").delete()[0], 500)
    Topic.objects.filter(slug="new").delete()


def delete():
    from django.db.models import ProtectedError
    from shop.models import Book
    raises(ProtectedError, Book.objects.get(title="Solaris").delete)
    equal(Book.objects.get(title="Eden").delete(), (2, {"shop.Book_topics": 1, "shop.Book": 1}))
    equal(Book.objects.count(), 3)


def admin():
    from django.contrib.admin.models import LogEntry
    from django.contrib.auth import get_user_model
    from django.test import Client
    from shop.models import Author, Book
    get_user_model().objects.create_superuser("boss", "boss@example.org", "secret")
    client = Client()
    equal(client.get("/admin/").status_code, 302)
    page = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": "wrong", "next": "/admin/"})
    equal((page.status_code, b"Please enter the correct" in page.content), (200, True))
    page = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": "secret", "next": "/admin/"})
    equal((page.status_code, page["Location"]), (302, "/admin/"))
    equal(client.get("/admin/").status_code, 200)
    page = client.get("/admin/shop/book/")
    equal((page.status_code, b"3 books" in page.content, b"Solaris" in page.content), (200, True, True))
    page = client.get("/admin/shop/book/?q=verne&published__year=1865&o=-3.1")
    equal((page.status_code, b"1 book" in page.content, b"Solaris" in page.content), (200, True, False))
    lem = Author.objects.get(name="Lem")
    form = {
        "title": "Fiasco", "author": lem.pk, "price": "20.00", "published": "1986-01-01", "details": '{"parts": 3}', "pages": "300",
        "stock": "1", "topics": [], "sales-TOTAL_FORMS": "1", "sales-INITIAL_FORMS": "0", "sales-0-copies": "2",
        "sales-0-at_0": "2024-05-05", "sales-0-at_1": "12:00:00",
    }
    page = client.post("/admin/shop/book/add/", form)
    equal(page.status_code, 302, page.content[-3000:])
    book = Book.objects.get(title="Fiasco")
    equal((book.price, book.details, book.sales.get().copies), (D("20.00"), {"parts": 3}, 2))
    page = client.post("/admin/shop/book/add/", form)
    equal((page.status_code, b"already exists" in page.content), (200, True), "a unique constraint that the form validates")
    page = client.post("/admin/shop/book/add/", {**form, "title": "Below", "price": "-1"})
    equal((page.status_code, b"is violated" in page.content), (200, True), "a check constraint that the form validates")
    sale = book.sales.get()
    page = client.post(f"/admin/shop/book/{book.pk}/change/", {
        **form, "price": "21.00", "sales-INITIAL_FORMS": "1", "sales-0-id": sale.pk, "sales-0-book": book.pk, "sales-0-DELETE": "on",
    })
    equal((page.status_code, Book.objects.get(pk=book.pk).price, book.sales.count()), (302, D("21.00"), 0))
    equal(client.get(f"/admin/shop/book/{book.pk}/history/").status_code, 200)
    page = client.post("/admin/shop/book/", {"action": "delete_selected", "_selected_action": [book.pk], "post": "yes"})
    equal((page.status_code, Book.objects.filter(pk=book.pk).exists()), (302, False))
    equal(LogEntry.objects.count(), 3)


def introspection():
    from django.core.management import call_command
    from django.db import connection
    text = io.StringIO()
    call_command("inspectdb", "shop_author", "shop_book", "shop_sale", stdout=text)
    models = text.getvalue()
    for line in [
        "class ShopBook(models.Model):", "id = models.BigAutoField(primary_key=True)", "title = models.CharField(max_length=200)",
        "author = models.ForeignKey(ShopAuthor, models.DO_NOTHING)", "price = models.DecimalField(max_digits=8, decimal_places=2)",
        "details = models.JSONField()", "subtitle = models.TextField(blank=True, null=True)", "db_table = 'shop_book'",
        "name = models.CharField(unique=True, max_length=80)", "unique_together = (('author', 'title'),)",
        "languages = models.TextField()  # This field type is a guess.", "added = models.DateTimeField()",
    ]:
        assert line in models, f"{line!r} is not in {models}"
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "shop_book")
        sequences = connection.introspection.get_sequences(cursor, "shop_book")
    equal(found["book_author_published"]["columns"], ["author_id", "published"])
    equal(found["book_author_published"]["orders"], ["ASC", "DESC"])
    equal(found["book_details"]["type"], "gin")
    equal((found["book_of_author"]["unique"], found["book_price_not_negative"]["check"]), (True, True))
    equal([c["foreign_key"] for c in found.values() if c["foreign_key"]], [("shop_author", "id")])
    equal((sequences[0]["name"], sequences[0]["column"]), ("shop_book_id_seq", "id"))


def dump_and_load(folder):
    from shop.models import Book
    dumped = manage(folder, "2", "dumpdata", "shop", "--indent", "1")
    path = pathlib.Path(folder) / "dump.json"
    path.write_text(dumped)
    before = list(Book.objects.order_by("pk").values_list("pk", "title", "price", "details"))
    manage(folder, "2", "flush", "--no-input")
    equal(Book.objects.count(), 0)
    manage(folder, "2", "loaddata", str(path))
    equal(list(Book.objects.order_by("pk").values_list("pk", "title", "price", "details")), before)
    # loaddata sets the sequences: the next key is a free one.
    new = Book.objects.create(title="Next", author_id=Book.objects.first().author_id, price=1, published="2000-01-01")
    assert new.pk > max(row[0] for row in before)


def main():
    steps = Steps("django")
    os.environ.update(SCRATCH_DATABASE="client_django", DJANGO_SETTINGS_MODULE="settings")
    with Scratch("client_django"), tempfile.TemporaryDirectory() as folder:
        if not steps.run(migrations, folder):
            steps.finish()
        sys.path.insert(0, folder)
        import django
        django.setup()
        steps.run(carried_over)
        for function in [create, read, aggregates, expressions, json_and_arrays, transactions, bulk, delete, admin, introspection]:
            steps.run(function)
        steps.run(migrate_back_and_forth, folder)
        steps.run(dump_and_load, folder)
        from django.db import connections
        connections.close_all()
    steps.finish()


main()
