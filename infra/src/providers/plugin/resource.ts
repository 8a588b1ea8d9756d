import { CustomResource, type CustomResourceOptions, type Input, type Inputs, type Output } from '@pulumi/pulumi';

/** Arguments of a resource, each of which may be known later. */
export type ArgumentsOf<Plain> = { readonly [Name in keyof Plain]: Input<Plain[Name]> };

/**
 * A resource of one of our own providers. Outputs are declared by their names, as the SDK wants them: present and
 * undefined until the engine answers.
 */
export abstract class VendorResource extends CustomResource {
  constructor(
    type: string,
    name: string,
    inputs: Inputs,
    outputs: { readonly open?: readonly string[]; readonly secret?: readonly string[] },
    options: CustomResourceOptions,
  ) {
    const { open = [], secret = [] } = outputs;
    const declared = Object.fromEntries([...open, ...secret].map((output) => [output, undefined]));
    super(type, name, { ...declared, ...inputs }, { ...options, additionalSecretOutputs: [...secret] });
  }
}

export type { CustomResourceOptions, Output };
