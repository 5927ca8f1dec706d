import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aTempFolder } from './a-temp-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A text of a built file of the agent, or of the code that it shares with the cloud, and what is to stand there instead. */
interface Patch {
  of?: 'agent' | 'shared';
  file: string;
  from: string;
  to: string;
}

/** A copy of the built agent in which texts are replaced. @throws Error when a text is not there: the build has changed. */
export async function aScratchBuild(patch: Patch[]): Promise<string> {
  const scratch = await aTempFolder('scratch-build');
  await mkdir(join(scratch, 'agent'));
  for (const part of ['dist', 'bin', 'package.json']) {
    await cp(join(root, 'agent', part), join(scratch, 'agent', part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'));
  const modules = join(scratch, 'agent', 'node_modules');
  const ownShared = join(modules, '@nucleus', 'shared');
  if (patch.some(({ of }) => of === 'shared')) {
    await mkdir(ownShared, { recursive: true });
    for (const name of await readdir(join(root, 'agent', 'node_modules')))
      await symlink(join(root, 'agent', 'node_modules', name), join(modules, name));
    for (const part of ['dist', 'package.json'])
      await cp(join(root, 'shared', part), join(ownShared, part), { recursive: true });
  } else await symlink(join(root, 'agent', 'node_modules'), modules);
  for (const { of, file, from, to } of patch) {
    const path = join(of === 'shared' ? ownShared : join(scratch, 'agent'), 'dist', file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    await writeFile(path, text.replaceAll(from, to));
  }
  return join(scratch, 'agent', 'bin', 'nucleus-agent.js');
}
