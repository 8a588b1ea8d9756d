import { VendorResource, type ArgumentsOf, type CustomResourceOptions, type Output } from '../plugin/resource.ts';

export interface PasswordArgs {
  readonly bytes: number;
  readonly generation: string;
}

export class Password extends VendorResource {
  declare readonly value: Output<string>;

  constructor(name: string, args: ArgumentsOf<PasswordArgs>, options: CustomResourceOptions) {
    super('generated:index:Password', name, { ...args }, { secret: ['value'] }, options);
  }
}
