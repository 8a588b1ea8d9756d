import { describe, expect, it } from '@jest/globals';
import { corsPolicy } from '../src/headers.ts';

describe('corsPolicy', () => {
  it('takes the listed origins, wherever it runs', () => {
    const listed = 'https://app.example, https://example';
    expect(corsPolicy('prod', listed).origin).toEqual(['https://app.example', 'https://example']);
    expect(corsPolicy('local', listed).origin).toEqual(['https://app.example', 'https://example']);
  });

  it('allows no origin outside a local stack unless it is listed', () => {
    expect(corsPolicy('prod', undefined).origin).toBe(false);
    expect(corsPolicy('local', undefined).origin).toBeInstanceOf(RegExp);
  });
});
