/** What k6 hands to handleSummary, as far as it is used. */
export interface SummaryData {
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly values: Readonly<Record<string, number>>;
        readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
      }
    >
  >;
}

const shown = ['webhook_accepted_ms', 'signal_frame_ms', 'generator_lag_ms'];
const counted = [
  'signals_sent',
  'signals_accepted',
  'signals_lost',
  'signals_doubled',
  'signals_unfilled',
  'frames_missed',
];

function number(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1).padStart(8);
}

/** A few lines for a person: percentiles, counts, and each threshold with its verdict. */
export function describeSummary({ metrics }: SummaryData): string {
  const lines = [`${'ms'.padEnd(22)}${['p50', 'p95', 'p99', 'max'].map((head) => head.padStart(9)).join('')}`];
  for (const name of shown) {
    const values = metrics[name]?.values ?? {};
    const cells = [values['med'], values['p(95)'], values['p(99)'], values['max']].map((value) =>
      number(value).padStart(9),
    );
    lines.push(`${name.padEnd(22)}${cells.join('')}`);
  }
  for (const name of counted)
    lines.push(`${name.padEnd(22)}${String(metrics[name]?.values['count'] ?? 0).padStart(9)}`);
  for (const [name, { thresholds = {} }] of Object.entries(metrics)) {
    for (const [rule, { ok }] of Object.entries(thresholds))
      lines.push(`${ok ? 'ok     ' : 'CROSSED'} ${name} ${rule}`);
  }
  return `${lines.join('\n')}\n`;
}

/** For k6's handleSummary: text to the terminal, everything to SUMMARY_FILE when that is set. */
export function summaryOutputs(data: SummaryData, file: string | undefined): Record<string, string> {
  return { stdout: describeSummary(data), ...(file ? { [file]: JSON.stringify(data) } : {}) };
}
