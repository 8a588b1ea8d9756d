import type { Addresses } from '../cloud/addresses.ts';

/** One record of the zone. */
export interface PlannedRecord {
  readonly type: 'CNAME' | 'TXT';
  /** The whole name, as the zone lists it. */
  readonly name: string;
  readonly content: string;
  /** Seconds; 1 lets Cloudflare choose. */
  readonly ttl: number;
  /** False: the name leads to the platform itself, which makes the certificate for it. */
  readonly proxied: boolean;
  readonly comment: string;
}

/** What Railway asks of the zone for a domain of ours. */
export interface DomainDemand {
  readonly domain: string;
  readonly cnameTarget: string;
  /**
   * As Railway tells it: `_railway-verify.api`, and the whole content of the record. Empty as long as it has not told;
   * null or absent where it asks for no proof.
   */
  readonly verificationHost: string | null | undefined;
  readonly verificationToken: string | null | undefined;
}

/** Where Vercel takes every domain that it serves. Source: vercel.com/docs/domains, "configuring a subdomain". */
export const VERCEL_TARGET = 'cname.vercel-dns.com';
const AUTOMATIC = 1;

const MANAGED = 'managed by the Pulumi program of Keelson';
/** First label of the record, as Railway documents it. */
const MARKER = '_railway-verify';
const NOT_ASKED = 'Railway asked for no proof';

function record(type: PlannedRecord['type'], name: string, content: string): PlannedRecord {
  return { type, name, content, ttl: AUTOMATIC, proxied: false, comment: MANAGED };
}

/** The record that leads a public service's name to Railway. */
export function normalizeServiceRecord({ domain, cnameTarget }: DomainDemand): PlannedRecord {
  if (cnameTarget === '') throw new Error(`Railway does not tell where ${domain} must lead; run \`up\` again`);
  return record('CNAME', domain, cnameTarget);
}

/**
 * The record by which Railway knows that the name is ours. Railway tells its host without the zone's own name, and a zone
 * may begin anywhere in ours: the first label of the host, before the whole domain, is the same name in any case.
 * Railway may ask for no proof. How many records there are cannot hang on its answer, so one that proves nothing holds
 * the place then.
 */
export function normalizeVerification({ domain, verificationHost, verificationToken }: DomainDemand): PlannedRecord {
  if (verificationToken === null || verificationToken === undefined) {
    return record('TXT', `${MARKER}.${domain}`, NOT_ASKED);
  }
  const [marker] = (verificationHost ?? '').split('.');
  if (!marker || verificationToken === '') {
    throw new Error(`Railway does not tell what proves that ${domain} is ours; run \`up\` again`);
  }
  return record('TXT', `${marker}.${domain}`, verificationToken);
}

/** The record that leads the name of the front end to Vercel. */
export function normalizeAppRecord({ app }: Addresses): PlannedRecord {
  return record('CNAME', app, VERCEL_TARGET);
}
