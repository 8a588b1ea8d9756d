import log from '@pulumi/pulumi/log/index.js';

/**
 * The SDK tells the engine each answer of a provider, as it came over the wire, in a debug message: passwords that a
 * provider made are in it, in clear text. The engine shows such messages with `--debug`, `--json` and verbose logs. They
 * cannot be switched off, so none leaves this program; imported before anything that makes a resource.
 */
(log as { debug: typeof log.debug }).debug = async () => undefined;
