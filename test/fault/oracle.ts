/** Owns a folder, changes it by random operations from a seed, and knows which item every file has to be. */
import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aJpeg } from '../builders/a-picture.ts';
import type { ATrial } from '../builders/a-trial.ts';

interface OracleFile {
  content: number;
  /** What the item is called here; the cloud's reference id is learned when it first appears. */
  token: number;
}

/** Operations that a state which lost its memory can still tell apart: content or path stays. */
export const tellable = ['create', 'move', 'swap'] as const;
const everything = [...tellable, 'replace', 'delete', 'return', 'overwrite'] as const;
type Operation = (typeof everything)[number];

export class Oracle {
  readonly seed: number;
  readonly files = new Map<string, OracleFile>();
  readonly #folder: string;
  readonly #refs = new Map<number, string>();
  #buried: { path: string; file: OracleFile }[] = [];
  #next = 1;
  #state: number;
  #touched = new Set<string>();
  #labelled: { tokens: Set<number>; read: () => Promise<string[]> } | undefined;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** 0 to 1 (mulberry32). */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  paths(): string[] {
    return [...this.files.keys()];
  }

  /** A file is touched once between two rests, so that what it has to be does not hang on when the agent looked. */
  async change(count: number, operations: readonly Operation[] = everything): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      await this.#apply(operations[Math.floor(this.random() * operations.length)] as Operation);
    }
  }

  /** All is quiet: files may be touched again. */
  rest(): void {
    this.#touched.clear();
  }

  /** Labels every other file in the cloud; from now on the labels have to stay with their items. All is quiet. */
  async label(trial: ATrial): Promise<void> {
    const tokens = [...this.files.values()].map(({ token }) => token).filter((_, i) => i % 2 === 0);
    this.#labelled = {
      tokens: new Set(tokens),
      read: await trial.label(tokens.map((token) => this.#refs.get(token) ?? '')),
    };
  }

  /** For the control: expects a label on a file that has none. */
  imagineLabel(): void {
    const bare = [...this.files.values()].find(({ token }) => !this.#labelled?.tokens.has(token));
    if (bare) this.#labelled?.tokens.add(bare.token);
  }

  /** What was deleted is not known any more to anybody who could give its item back. */
  forgetBuried(): void {
    this.#buried = [];
  }

  /** Compares with the cloud by path, content and identity. @returns what is wrong, in words; empty when nothing is. */
  async differences(trial: ATrial): Promise<string[]> {
    const wrong: string[] = [];
    const cloud = await trial.inCloud();
    if (cloud.size === 0) return ['nothing is in the cloud'];
    const key = readFileSync(join(trial.data, 'keys', 'content.key'));
    for (const [path, { token }] of this.files) {
      const there = cloud.get(path);
      if (!there) {
        wrong.push(`lost: ${path}`);
        continue;
      }
      const hash = createHmac('sha256', key)
        .update(readFileSync(join(this.#folder, path)))
        .digest('hex')
        .slice(0, 32);
      if (there.contentHash !== hash) wrong.push(`stale: ${path}`);
      const ref = this.#refs.get(token);
      if (ref === undefined) this.#refs.set(token, there.ref);
      else if (ref !== there.ref) wrong.push(`wrong id: ${path} is ${there.ref}, was ${ref}`);
    }
    for (const path of cloud.keys()) if (!this.files.has(path)) wrong.push(`phantom: ${path}`);
    const refs = [...cloud.values()].map(({ ref }) => ref);
    if (new Set(refs).size !== refs.length) wrong.push('duplicate reference ids');
    if (this.#labelled && wrong.length === 0) {
      const there = (await this.#labelled.read()).toSorted();
      const want = [...this.files.values()].filter(({ token }) => this.#labelled?.tokens.has(token));
      const refsWanted = want.map(({ token }) => this.#refs.get(token) ?? '').toSorted();
      for (const ref of refsWanted) if (!there.includes(ref)) wrong.push(`lost label: ${ref}`);
      for (const ref of there) if (!refsWanted.includes(ref)) wrong.push(`wrong label: ${ref}`);
    }
    return wrong;
  }

  async #apply(operation: Operation): Promise<void> {
    const path = this.#pick();
    const file = path === undefined ? undefined : this.files.get(path);
    if (operation === 'create' || path === undefined || !file) return this.#create();
    if (operation === 'move') {
      const to = this.#freshPath();
      this.#rename(path, to);
      this.files.set(to, file);
    }
    if (operation === 'replace') {
      this.files.set(path, { ...file, content: await this.#write(path) });
    }
    if (operation === 'delete') {
      rmSync(join(this.#folder, path));
      this.files.delete(path);
      this.#buried.push({ path, file });
    }
    if (operation === 'return') {
      const back = this.#buried.findIndex(({ path: at }) => !this.files.has(at) && !this.#touched.has(at));
      const [found] = back < 0 ? [] : this.#buried.splice(back, 1);
      if (!found) return;
      writeFileSync(join(this.#folder, found.path), await picture(this.seed, found.file.content));
      this.files.set(found.path, found.file);
      this.#touched.add(found.path);
    }
    if (operation === 'swap' || operation === 'overwrite') {
      const other = this.#pick();
      const otherFile = other === undefined ? undefined : this.files.get(other);
      if (other === undefined || !otherFile) return;
      if (operation === 'swap') {
        const aside = join(this.#folder, '.aside');
        renameSync(join(this.#folder, path), aside);
        renameSync(join(this.#folder, other), join(this.#folder, path));
        renameSync(aside, join(this.#folder, other));
        this.files.set(path, otherFile).set(other, file);
      } else {
        renameSync(join(this.#folder, path), join(this.#folder, other));
        this.files.delete(path);
        this.files.set(other, file);
      }
    }
  }

  async #create(): Promise<void> {
    const path = this.#freshPath();
    const content = await this.#write(path);
    this.files.set(path, { content, token: this.#next++ });
  }

  async #write(path: string): Promise<number> {
    const content = this.#next++;
    const bytes = await picture(this.seed, content);
    mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
    writeFileSync(join(this.#folder, path), bytes);
    return content;
  }

  #rename(from: string, to: string): void {
    mkdirSync(dirname(join(this.#folder, to)), { recursive: true });
    renameSync(join(this.#folder, from), join(this.#folder, to));
    this.files.delete(from);
  }

  #freshPath(): string {
    const path = `d${Math.floor(this.random() * 7)}/f${this.#next++}.jpg`;
    this.#touched.add(path);
    return path;
  }

  #pick(): string | undefined {
    const free = this.paths().filter((path) => !this.#touched.has(path));
    const path = free[Math.floor(this.random() * free.length)];
    if (path !== undefined) this.#touched.add(path);
    return path;
  }
}

/** Unique bytes for each content; the pixels hardly matter. */
async function picture(seed: number, content: number): Promise<Buffer> {
  const image = await aJpeg({ widthPx: 24, heightPx: 16, seed: content });
  return Buffer.concat([image, Buffer.from(`${seed}/${content}`)]);
}
