import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const derive = promisify(pbkdf2);

/** The engine's own figures of its passphrase provider, version 1 (sdk/go/common/resource/config/crypt.go). */
const ROUNDS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CIPHER = 'aes-256-gcm';

export interface ConfigValue {
  readonly value: string;
  readonly secret: boolean;
}

/**
 * The file with a stack's configuration, written with its secrets sealed. A person types them and the engine seals
 * them; words of a command would show them in the list of processes, and one engine per secret would take half a
 * minute per rehearsal. The engine opens what is sealed here, or it fails at once.
 */
export class SealedConfig {
  readonly #file: string;
  readonly #salt: string;
  readonly #key: Buffer;

  private constructor(file: string, salt: string, key: Buffer) {
    this.#file = file;
    this.#salt = salt;
    this.#key = key;
  }

  /** Of a file that `stack init` has made: it holds the salt. */
  static async open(file: string, passphrase: string): Promise<SealedConfig> {
    const { encryptionsalt } = parse(readFileSync(file, 'utf8')) as { encryptionsalt: string };
    const salt = Buffer.from(encryptionsalt.split(':')[1] ?? '', 'base64');
    return new SealedConfig(file, encryptionsalt, await derive(passphrase, salt, ROUNDS, KEY_BYTES, 'sha256'));
  }

  /** Everything that is set, by its whole name (`keelson:domain`); what was set before is gone. */
  write(values: Readonly<Record<string, ConfigValue>>): void {
    const config = Object.entries(values).map(([name, { value, secret }]): [string, unknown] => {
      return [name, secret ? { secure: this.#seal(value) } : value];
    });
    // JSON is YAML: a value may have any character.
    const content = { encryptionsalt: this.#salt, config: Object.fromEntries(config) };
    writeFileSync(this.#file, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  }

  #seal(value: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString('base64')}:${sealed.toString('base64')}`;
  }
}
