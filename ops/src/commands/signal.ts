import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import { demoAccess } from '../flow/access.ts';
import { drawHops, outcomeOf } from '../flow/draw-journey.ts';
import { travel } from '../flow/journey.ts';

const output = z.object({
  signal_id: z.string(),
  outcome: z.string(),
  accepted_ms: z.number(),
  total_ms: z.number(),
  hops: z.array(z.object({ step: z.string(), ms: z.number() })).readonly(),
  order: z.record(z.string(), z.unknown()),
});

export const signal = defineCommand({
  name: 'signal',
  summary: 'send one alert through the public address and time each hop to the fill',
  danger: 'changes',
  args: z.object({
    ticker: flag(z.string().min(1).default('CME_MINI:NQ1!'), 'as TradingView writes it'),
    action: flag(z.enum(['buy', 'sell']).default('buy'), 'which way'),
    quantity: flag(z.string().default('1'), 'units or contracts'),
    price: flag(z.string().default('21000.25'), 'what the sender saw'),
  }),
  examples: ['keelson signal', 'keelson signal --ticker NASDAQ:AAPL --action sell --quantity 10 --price 228.40'],
  output,
  async run(context, args) {
    const access = await demoAccess(context);
    const { ui } = context;
    return travel(access, args, {
      signal: context.signal,
      onAccepted: ({ signalId, acceptedMs }) =>
        ui.say(ui.paint.dim(`${acceptedMs.toFixed(1)} ms  accepted as ${signalId}`)),
      onEvent: (event, ms) => ui.say(ui.paint.dim(`${ms.toFixed(1)} ms  ${event}`)),
    });
  },
  human: (journey, paint) =>
    [
      ...drawHops(journey.hops, paint),
      outcomeOf(journey, paint),
      paint.dim(`keelson explain ${journey.signal_id}`),
    ].join('\n'),
  exitCode: (journey) => (journey.outcome === 'order.filled' ? exitCode.success : exitCode.failure),
});
