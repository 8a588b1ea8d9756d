"""Prints every session of ten years as exchange_calendars has it: {calendar: [[day, open, close], …]}, in UTC."""

import json
import exchange_calendars

sessions = {}
for name in ("XNYS", "CMES", "XCBF", "24/7"):
    schedule = exchange_calendars.get_calendar(name, start="2018-01-01", end="2027-12-31").schedule
    assert schedule["break_start"].isna().all(), f"{name} has breaks"
    sessions[name] = [
        [day.strftime("%Y-%m-%d"), row.open.strftime("%Y-%m-%dT%H:%M:%S.000Z"), row.close.strftime("%Y-%m-%dT%H:%M:%S.000Z")]
        for day, row in schedule.iterrows()
    ]
print(json.dumps(sessions))
