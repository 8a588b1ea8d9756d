/// <reference path="./prom-client.d.ts" />
import { type MetricName, metrics as specs, type MetricSpec } from '@keelson/catalogue';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';

type Spec<Name extends MetricName> = Extract<(typeof specs)[number], { readonly name: Name }>;
type NameOf<Kind extends MetricSpec['kind']> = Extract<(typeof specs)[number], { readonly kind: Kind }>['name'];
/** The labels of a metric, all of them, as the catalogue lists them. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<Spec<Name>['labels'][number], string>>;

/** Seconds; fine where the objectives are (10, 40 and 80 ms), coarse beyond. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of one process. Names and labels come from the catalogue, so an alert can only name what exists; a metric
 * appears in the exposition once it was first used.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #instruments = new Map<MetricName, Counter | Gauge | Histogram>();

  /** Adds to a counter. */
  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    (this.#instrument(name) as Counter).inc(labels, by);
  }

  /** Sets a gauge. */
  set<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#instrument(name) as Gauge).set(labels, value);
  }

  /** Records one observation of a histogram, in the unit that its name ends with. */
  observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#instrument(name) as Histogram).observe(labels, value);
  }

  /** The exposition in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #instrument(name: MetricName): Counter | Gauge | Histogram {
    const existing = this.#instruments.get(name);
    if (existing) return existing;
    const { kind, help, labels } = specs.find((spec) => spec.name === name)!;
    const settings = { name, help, labelNames: labels, registers: [this.#registry] };
    const created =
      kind === 'counter'
        ? new Counter(settings)
        : kind === 'gauge'
          ? new Gauge(settings)
          : new Histogram({ ...settings, buckets: BUCKETS });
    this.#instruments.set(name, created);
    return created;
  }
}
