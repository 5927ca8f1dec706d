import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aTempFolder } from './a-temp-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the built agent in which texts of one file are replaced. @throws Error when a text is not there: the build has changed. */
export async function aScratchBuild(patch: { file: string; from: string; to: string }[]): Promise<string> {
  const scratch = await aTempFolder('scratch-build');
  await mkdir(join(scratch, 'agent'));
  for (const part of ['dist', 'bin', 'package.json']) {
    await cp(join(root, 'agent', part), join(scratch, 'agent', part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'));
  await symlink(join(root, 'agent', 'node_modules'), join(scratch, 'agent', 'node_modules'));
  for (const { file, from, to } of patch) {
    const path = join(scratch, 'agent', 'dist', file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    await writeFile(path, text.replaceAll(from, to));
  }
  return join(scratch, 'agent', 'bin', 'nucleus-agent.js');
}
