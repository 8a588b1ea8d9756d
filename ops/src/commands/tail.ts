import { channel, type Channel, eventFrame } from '@keelson/contracts';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { demoAccess } from '../flow/access.ts';
import { openStream } from '../flow/stream.ts';

const everything: readonly Channel[] = channel.options;

function detail(data: Record<string, unknown>): string {
  const shown = [
    'side',
    'filled_quantity',
    'quantity',
    'symbol',
    'average_price',
    'code',
    'reason',
    'cash',
    'currency',
    'to',
  ];
  const parts = shown.flatMap((name) => (data[name] === undefined || data[name] === null ? [] : [String(data[name])]));
  return parts.join(' ');
}

export const tail = defineCommand({
  name: 'tail',
  summary: 'watch events as they are published, until Ctrl-C',
  danger: 'none',
  args: z.object({
    channels: positional(z.array(channel).default([...everything]), 'orders, trades, ledger, system; all when absent'),
    since: flag(z.coerce.number().int().min(0).optional(), 'begin after this offset of each channel instead of now'),
    count: flag(z.coerce.number().int().min(1).optional(), 'end after so many events', 'n'),
  }),
  examples: ['keelson tail', 'keelson tail orders --since 0', 'keelson tail --json | jq .event'],
  output: eventFrame,
  lines: true,
  async run(context, args) {
    const access = await demoAccess(context);
    const { since } = args;
    const client = await openStream(access, {
      channels: args.channels,
      ...(since === undefined ? {} : { since: Object.fromEntries(args.channels.map((name) => [name, since])) }),
      onState: (text) => context.ui.say(context.ui.paint.dim(`stream ${text}`)),
      onLoss: (name, offset) => context.ui.warn(`${name}: events up to ${offset} are no longer kept`),
    });
    context.signal.addEventListener('abort', () => client.close(), { once: true });
    let left = args.count ?? Infinity;
    for await (const frame of client) {
      context.emit(frame);
      if ((left -= 1) === 0) break;
    }
  },
  human({ channel: name, offset, event, data }, paint) {
    const place = paint.dim(`${String(data.at).slice(11, 23)} ${name}#${offset}`.padEnd(28));
    const shade = event === 'order.filled' || event === 'trade.closed' ? paint.good : paint.accent;
    return `${place} ${shade(event.padEnd(22))} ${detail(data)} ${paint.dim(data.signal_id ?? '')}`.trimEnd();
  },
});
