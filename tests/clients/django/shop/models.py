"""Models in two stages: SHOP_STAGE=1 is what the first migration makes, otherwise they are as they are now."""
import os

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

NOW = os.environ.get("SHOP_STAGE") != "1"


class Author(models.Model):
    name = models.CharField(max_length=80, unique=True)
    born = models.DateField(null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    def __str__(self):
        return self.name


class Topic(models.Model):
    slug = models.SlugField(unique=True)


class Book(models.Model):
    title = models.CharField(max_length=200 if NOW else 50)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    topics = models.ManyToManyField(Topic, blank=True, related_name="books")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateField()
    details = models.JSONField(default=dict, blank=True)
    added = models.DateTimeField(auto_now_add=True)
    if NOW:
        pages = models.PositiveIntegerField(default=100)
        stock = models.IntegerField(db_default=7)
        subtitle = models.TextField(null=True, blank=True)
        gross = models.GeneratedField(
            expression=F("price") * 2, output_field=models.DecimalField(max_digits=10, decimal_places=2), db_persist=True)

    class Meta:
        ordering = ["title"]
        if NOW:
            indexes = [
                models.Index(fields=["author", "-published"], name="book_author_published"),
                models.Index(Lower("title"), name="book_lower_title"),
                models.Index(fields=["price"], name="book_cheap", condition=Q(price__lt=10)),
                GinIndex(fields=["details"], name="book_details"),
            ]
            constraints = [
                models.CheckConstraint(condition=Q(price__gte=0), name="book_price_not_negative"),
                models.UniqueConstraint(fields=["author", "title"], name="book_of_author"),
            ]

    def __str__(self):
        return self.title


class Sale(models.Model):
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="sales")
    copies = models.IntegerField()
    at = models.DateTimeField()
