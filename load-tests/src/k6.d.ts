/** The part of k6's modules that the scripts use; k6 itself runs the TypeScript as it is. */
declare const __ENV: Readonly<Record<string, string | undefined>>;
declare function open(path: string): string;

declare module 'k6' {
  export function fail(message: string): never;
}

declare module 'k6/execution' {
  const execution: {
    readonly vu: { readonly idInTest: number };
    /** Milliseconds since the run began, with fractions, by a clock that never goes back. */
    readonly instance: { readonly currentTestRunDuration: number };
  };
  export default execution;
}

declare module 'k6/http' {
  export interface Response {
    readonly status: number;
    readonly body: string | null;
    readonly error: string;
  }
  interface Params {
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeout?: string;
  }
  const http: { asyncRequest(method: string, url: string, body: string, params: Params): Promise<Response> };
  export default http;
}

declare module 'k6/websockets' {
  export class WebSocket {
    constructor(url: string, protocols: readonly string[]);
    onopen: () => void;
    onmessage: (event: { readonly data: string }) => void;
    onclose: (event: { readonly code: number; readonly reason: string }) => void;
    onerror: (event: { readonly error: string }) => void;
    send(text: string): void;
    close(): void;
  }
}

declare module 'k6/metrics' {
  export class Trend {
    constructor(name: string, isTime?: boolean);
    add(value: number): void;
  }
  export class Rate {
    constructor(name: string);
    add(value: boolean): void;
  }
  export class Counter {
    constructor(name: string);
    add(value: number): void;
  }
}
