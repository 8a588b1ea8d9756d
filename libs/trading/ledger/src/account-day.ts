import { accountDayOf, type TradingDay } from '@keelson/market';

const HOUR_MS = 3_600_000;

let hour = Number.NaN;
let day: TradingDay = '';

/** The account's trading day of an instant. It rolls on a full hour and instants come in order: the last hour is kept. */
export function accountDay(instant: Date | string): TradingDay {
  const at = typeof instant === 'string' ? new Date(instant) : instant;
  const wanted = Math.floor(at.getTime() / HOUR_MS);
  if (wanted !== hour) [hour, day] = [wanted, accountDayOf(at)];
  return day;
}
