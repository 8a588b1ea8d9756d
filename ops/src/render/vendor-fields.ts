import { repositoryFolder } from '../framework/context.ts';
import { runNode } from '../framework/run-node.ts';
import { generated, type Renderer } from './renderer.ts';

/** What of the vendors is managed. The decisions belong to infra, which ops starts and never loads. */
export const vendorFields: Renderer = {
  path: 'docs/vendor-fields.md',
  async render() {
    const page = 'infra/rehearsal/fields/page.ts';
    const { code, stdout, stderr } = await runNode([page], { cwd: repositoryFolder, environment: process.env });
    if (code !== 0) throw new Error(`${page} failed: ${stderr}`);
    return `${generated.markdown}\n${stdout}`;
  },
};
