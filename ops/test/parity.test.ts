import { describe, expect, it } from '@jest/globals';
import { api, type ServiceSpec } from '@keelson/catalogue';
import { parity } from '@keelson/catalogue/parity';
import { compose } from '../src/render/compose.ts';
import { parityPage } from '../src/render/parity-page.ts';
import { repositorySource } from '../src/render/renderer.ts';

/** A spec that tells which of its options are read; what is inside scaling and resources is told one by one. */
function watched(spec: ServiceSpec, reads: Set<string>): ServiceSpec {
  const telling = <Thing extends object>(thing: Thing, prefix: string): Thing =>
    new Proxy(thing, {
      get(target, key, receiver) {
        const option = `${prefix}${String(key)}`;
        const value: unknown = Reflect.get(target, key, receiver);
        if (option === 'scaling' || option === 'resources') return telling(value as object, `${option}.`);
        reads.add(option);
        return value;
      },
    });
  return telling(spec, '');
}

describe('the table of options and targets', () => {
  it('says of Compose what it reads when its file is rendered, and nothing else', async () => {
    const reads = new Set<string>();
    await compose.render({ ...repositorySource, services: [watched(api, reads)] });
    const told = Object.entries(parity).filter(([, readings]) => typeof readings.compose === 'string');
    expect([...reads].sort()).toEqual(told.map(([option]) => option).sort());
  });

  it('has each option of the catalogue, and a reason and a loss for each n/a', async () => {
    const page = (await parityPage.render(repositorySource)) ?? '';
    for (const [option, readings] of Object.entries(parity)) {
      expect(page).toContain(`| \`${option}\` |`);
      for (const reading of Object.values(readings)) {
        const words = typeof reading === 'string' ? [reading] : [reading.because, reading.loses];
        expect(words.filter((text) => text === '' || !page.includes(text))).toEqual([]);
      }
    }
  });
});
