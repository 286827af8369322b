"""The mapped classes, in two stages: what the first migration makes, and what there is now."""
import datetime
import decimal
import enum
import uuid
from types import SimpleNamespace

from sqlalchemy import (
    BigInteger, CheckConstraint, Column, Computed, DateTime, Enum, ForeignKey, Identity, Index, Integer, Interval, LargeBinary,
    MetaData, Numeric, String, Table, Text, UniqueConstraint, Uuid, func, text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMES = {
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s",
}


class State(enum.Enum):
    open = "open"
    paid = "paid"
    void = "void"


def models(stage):
    """The classes and their MetaData as of a stage."""
    now = stage == 2

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMES)

    label_of = Table(
        "label_of", Base.metadata,
        Column("customer_id", ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
        Column("label_id", ForeignKey("label.id", ondelete="CASCADE"), primary_key=True))

    class Label(Base):
        __tablename__ = "label"
        id: Mapped[int] = mapped_column(Integer, Identity(start=10), primary_key=True)
        name: Mapped[str] = mapped_column(String(30), unique=True)

    class Customer(Base):
        __tablename__ = "customer"
        __table_args__ = {"comment": "who buys"}
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(120 if now else 40), nullable=False, index=True)
        email: Mapped[str | None] = mapped_column(Text, unique=True, comment="lower case")
        key: Mapped[uuid.UUID] = mapped_column(Uuid, server_default=func.gen_random_uuid())
        since: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
        phones: Mapped[list[str]] = mapped_column(ARRAY(String(20)), server_default=text("'{}'"))
        referred_by_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
        if now:
            settings: Mapped[dict] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
        else:
            nickname: Mapped[str | None] = mapped_column(String(10))
        orders: Mapped[list["Order"]] = relationship(
            back_populates="customer", cascade="all, delete-orphan", order_by="Order.id")
        labels: Mapped[list[Label]] = relationship(secondary=label_of, order_by=Label.name)
        referred_by: Mapped["Customer | None"] = relationship(remote_side=[id], backref="referred")

    class Order(Base):
        __tablename__ = "order"
        __mapper_args__ = {"version_id_col": None}
        id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
        state: Mapped[State] = mapped_column(Enum(State, name="order_state"), server_default="open")
        total: Mapped[decimal.Decimal] = mapped_column(Numeric(12, 2))
        placed: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
        within: Mapped[datetime.timedelta | None] = mapped_column(Interval)
        scan: Mapped[bytes | None] = mapped_column(LargeBinary)
        version: Mapped[int] = mapped_column(Integer, server_default="1", nullable=False)
        customer: Mapped[Customer] = relationship(back_populates="orders")
        if now:
            number: Mapped[str] = mapped_column(String(20), nullable=False, server_default="none")
            net: Mapped[decimal.Decimal] = mapped_column(Numeric(14, 2), Computed("total / 2", persisted=True))
            __table_args__ = (
                CheckConstraint("total >= 0", name="total_not_negative"),
                UniqueConstraint("customer_id", "placed", name="uq_order_customer_placed"),
                Index("ix_order_open", "placed", postgresql_where=text("state = 'open'")),
                Index("ix_order_number_lower", func.lower(text("number"))),
                Index("ix_order_total_desc", text("total DESC"), postgresql_include=["state"]),
                Index("ix_order_scan", "version", postgresql_using="hash"),
            )
        __mapper_args__ = {"version_id_col": version}

    return SimpleNamespace(Base=Base, Label=Label, Customer=Customer, Order=Order, label_of=label_of)
