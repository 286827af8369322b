from django.contrib import admin

from . import models


class SaleInline(admin.TabularInline):
    model = models.Sale
    extra = 1


@admin.register(models.Book)
class BookAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "price", "published"]
    list_filter = ["author", "published"]
    search_fields = ["title", "author__name"]
    date_hierarchy = "published"
    list_select_related = ["author"]
    inlines = [SaleInline]


admin.site.register(models.Author)
admin.site.register(models.Topic)
