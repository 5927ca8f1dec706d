/** A body on its way in: written to a private file while it is counted and hashed, gone when its use ends. */
import { createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface StagedFile {
  path: string;
  bytes: number;
  /** 64 hex. */
  sha256: string;
  /** The first bytes, as many as asked for. */
  head: Uint8Array;
}

/** Writes a body to a file below `folder`. A failure leaves nothing behind. @throws what the body throws */
export async function stageFile(
  folder: string,
  body: AsyncIterable<Uint8Array>,
  headBytes: number,
): Promise<StagedFile> {
  const path = join(folder, randomBytes(16).toString('hex'));
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      if (bytes < headBytes) head.push(Buffer.from(chunk.subarray(0, headBytes - bytes)));
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
  return { path, bytes, sha256: hash.digest('hex'), head: Buffer.concat(head) };
}
