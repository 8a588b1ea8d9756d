"""Drives the emulator with the vendor's own SDK, whose models parse every answer.

Arguments: the emulator's address, key id and secret. Talks in JSON lines: says {"stream": "connected"} and waits for a
line before it begins, then prints what it saw, one line a step. A step that fails ends the program with its traceback.
"""

import json
import sys
import threading
import time

from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce, TradeEvent
from alpaca.trading.models import TradeActivity
from alpaca.trading.requests import (
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopOrderRequest,
    TrailingStopOrderRequest,
)
from alpaca.trading.stream import TradingStream

url, key_id, secret_key = sys.argv[1:4]
client = TradingClient(key_id, secret_key, paper=True, url_override=url)
stream = TradingStream(key_id, secret_key, paper=True, url_override=url.replace("http", "ws", 1) + "/stream")
updates = []


def say(step, **seen):
    print(json.dumps({"step": step, **seen}, default=str), flush=True)


def until(question, wished, within=20.0):
    """Asks until the answer is as wished; fails with the last answer when it never is."""
    deadline = time.monotonic() + within
    while True:
        answer = question()
        if wished(answer):
            return answer
        assert time.monotonic() < deadline, f"not as wished in time: {answer}"
        time.sleep(0.02)


def status_of(order_id):
    return client.get_order_by_id(order_id).status


def refusal_of(act):
    try:
        act()
    except APIError as error:
        return {"status": error.status_code, "code": error.code, "message": error.message}
    raise AssertionError("the venue took what it has to refuse")


async def on_update(update):
    updates.append(update)


def events_of(client_order_id):
    return [TradeEvent(update.event).value for update in updates if update.order.client_order_id == client_order_id]


def order(kind, name, **terms):
    return client.submit_order(
        kind(symbol="AAPL", side=OrderSide.BUY, time_in_force=TimeInForce.GTC, client_order_id=name, **terms)
    )


def market_order():
    submitted = client.submit_order(
        MarketOrderRequest(
            symbol="AAPL", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, client_order_id="sdk-market"
        )
    )
    filled = until(lambda: client.get_order_by_id(submitted.id), lambda found: found.status == OrderStatus.FILLED)
    until(lambda: events_of("sdk-market"), lambda events: "fill" in events)
    fill = next(update for update in updates if update.event == "fill" and update.order.id == submitted.id)
    assert fill.execution_id is not None and fill.qty == 3 and fill.price == 100 and fill.position_qty == 3
    say("market", answered=submitted.status.value, filled=filled.filled_qty, price=filled.filled_avg_price,
        events=events_of("sdk-market"))


def replaced_order():
    resting = order(LimitOrderRequest, "sdk-limit", qty=4, limit_price=90)
    until(lambda: status_of(resting.id), lambda status: status == OrderStatus.NEW)
    same = client.get_order_by_client_id("sdk-limit")
    assert same.id == resting.id and same.limit_price == "90"
    revision = client.replace_order_by_id(
        resting.id, ReplaceOrderRequest(qty=5, limit_price=91, client_order_id="sdk-limit-2")
    )
    assert revision.id != resting.id and revision.replaces == resting.id
    old = until(lambda: client.get_order_by_id(resting.id), lambda found: found.status == OrderStatus.REPLACED)
    assert old.replaced_by == revision.id and old.replaced_at is not None
    until(lambda: status_of(revision.id), lambda status: status == OrderStatus.NEW)
    client.cancel_order_by_id(revision.id)
    gone = until(lambda: client.get_order_by_id(revision.id), lambda found: found.status == OrderStatus.CANCELED)
    until(lambda: events_of("sdk-limit-2"), lambda events: "canceled" in events)
    say("replace", quantity=gone.qty, price=gone.limit_price, old=events_of("sdk-limit"), new=events_of("sdk-limit-2"),
        again=refusal_of(lambda: client.cancel_order_by_id(revision.id)))


def mass_cancel():
    order(LimitOrderRequest, "sdk-a", qty=1, limit_price=80)
    order(StopOrderRequest, "sdk-b", qty=1, stop_price=120)
    order(StopLimitOrderRequest, "sdk-c", qty=1, stop_price=120, limit_price=121)
    order(TrailingStopOrderRequest, "sdk-d", qty=1, trail_percent=2)
    is_open = GetOrdersRequest(status=QueryOrderStatus.OPEN, limit=500)
    found = client.get_orders(is_open)
    cancelled = client.cancel_orders()
    until(lambda: client.get_orders(is_open), lambda orders: orders == [])
    say("cancel_all", open=sorted(item.client_order_id for item in found), statuses=[item.status for item in cancelled])


def books():
    coin = client.submit_order(
        MarketOrderRequest(symbol="BTC/USD", qty=0.5, side=OrderSide.BUY, time_in_force=TimeInForce.GTC)
    )
    until(lambda: status_of(coin.id), lambda status: status == OrderStatus.FILLED)
    account = client.get_account()
    positions = {item.symbol: item.qty for item in client.get_all_positions()}
    one = client.get_open_position("AAPL")
    raw = client.get("/account/activities/FILL", {"direction": "asc"})
    # The model is shared with the Broker API, which also names the account.
    fills = [TradeActivity(account_id=str(account.id), **item) for item in raw]
    say("books", cash=account.cash, currency=account.currency, positions=positions, side=one.side.value,
        fills=[{"symbol": item.symbol, "qty": item.qty, "cum": item.cum_qty, "type": item.type.value} for item in fills])


def refusals():
    again = MarketOrderRequest(
        symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, client_order_id="sdk-market"
    )
    large = MarketOrderRequest(symbol="AAPL", qty=1_000_000, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    strange = MarketOrderRequest(symbol="ESZ6", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    wrong = TradingClient(key_id, "wrong", paper=True, url_override=url)
    say("refusals", duplicate=refusal_of(lambda: client.submit_order(again)),
        funds=refusal_of(lambda: client.submit_order(large)), asset=refusal_of(lambda: client.submit_order(strange)),
        absent=refusal_of(lambda: client.get_order_by_client_id("nobody")), keys=refusal_of(wrong.get_account))


stream.subscribe_trade_updates(on_update)
threading.Thread(target=stream.run, daemon=True).start()
until(lambda: stream._running, bool)
say("stream", connected=True)
sys.stdin.readline()
for step in (market_order, replaced_order, mass_cancel, books, refusals):
    step()
# The next answer is a 429 as told: the SDK waits, asks again, and nobody sees it.
say("calm", waits=True)
sys.stdin.readline()
say("limited", number=client.get_account().account_number)
