"""The peer: the same webhook in FastAPI and SQLAlchemy 2, doing only an insert and a publish.

It checks the body's form, writes one row through the async ORM, commits, and publishes one message. No key is looked up,
nothing is deduplicated, no ticker is resolved, no outbox is written: all of that our path does besides.
"""

import os
import uuid
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import AsyncIterator, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy import DateTime, Numeric, Text, func
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

POOL_SIZE = int(os.environ["POOL_SIZE"])

# asyncpg keeps prepared statements of each connection by itself.
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=POOL_SIZE, max_overflow=0)
Session = async_sessionmaker(engine, expire_on_commit=False)
redis = Redis.from_url(os.environ["REDIS_URL"])


class Base(DeclarativeBase):
    pass


class Signal(Base):
    __tablename__ = "signals"
    __table_args__ = {"schema": "peer"}

    signal_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    external_id: Mapped[str] = mapped_column(Text)
    ticker: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal] = mapped_column(Numeric(30, 12))
    price: Mapped[Decimal] = mapped_column(Numeric(30, 12))
    order_id: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Alert(BaseModel):
    key: str
    ticker: str
    action: Literal["buy", "sell"]
    quantity: Decimal
    price: Decimal
    order_id: str
    id: str
    time: datetime


class Accepted(BaseModel):
    signal_id: uuid.UUID
    status: str


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()
    await redis.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


@app.post("/api/v1/webhooks/tradingview", status_code=202)
async def receive(alert: Alert) -> Accepted:
    signal = Signal(
        signal_id=uuid.uuid4(),
        external_id=alert.id,
        ticker=alert.ticker,
        action=alert.action,
        quantity=alert.quantity,
        price=alert.price,
        order_id=alert.order_id,
        sent_at=alert.time,
    )
    async with Session() as session:
        session.add(signal)
        await session.commit()
    await redis.publish("signals", str(signal.signal_id))
    return Accepted(signal_id=signal.signal_id, status="accepted")
