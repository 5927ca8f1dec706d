/**
 * Files on their way up: a few at a time, each with its progress, to be paused, gone on with, tried again or left out. Knows nothing
 * of the protocol or of the page; what sends a file is given.
 */

export type FileState = 'waiting' | 'sending' | 'taking' | 'paused' | 'added' | 'already-there' | 'failed' | 'refused';

export interface QueuedFile {
  id: number;
  name: string;
  bytes: number;
  /** Bytes that have arrived. */
  sent: number;
  state: FileState;
  /** Why it failed, for people. */
  error?: string;
}

/** What becomes of a file while it is sent. */
export interface SendingTold {
  progress: (sentBytes: number) => void;
  /** All bytes are there; the server looks at them. */
  taking: () => void;
  done: (outcome: 'added' | 'already-there') => void;
  /** @param isFinal the same file will be refused again */
  failed: (sentence: string, isFinal: boolean) => void;
}

/** One file in the hands of the protocol. */
export interface Sending {
  /** Begins, or goes on where it was stopped. */
  start: () => void;
  /** Stops; what has arrived stays there. */
  stop: () => void;
}

export type OpenSending = (file: File, name: string, told: SendingTold) => Sending;

interface Entry {
  view: QueuedFile;
  file: File;
  sending: Sending | undefined;
}

export interface QueueTotals {
  files: number;
  done: number;
  failed: number;
  active: number;
  paused: number;
  bytes: number;
  sentBytes: number;
  bytesPerSecond: number;
}

const atOnce = 3;
/** Listeners hear of progress so often at most. */
const tellMs = 120;
const rateMs = 5_000;
const ends: readonly FileState[] = ['added', 'already-there', 'refused'];

export class UploadQueue {
  readonly #open: OpenSending;
  readonly #entries = new Map<number, Entry>();
  readonly #listeners = new Set<() => void>();
  readonly #samples: { at: number; sent: number }[] = [];
  #nextId = 1;
  #isPaused = false;
  #shown: readonly QueuedFile[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: OpenSending) {
    this.#open = open;
  }

  /** Adds files; one that cannot be sent comes with the sentence why and stays in the list. */
  add(files: readonly { file: File; name: string; error?: string | undefined }[]): void {
    for (const { file, name, error } of files) {
      const id = this.#nextId++;
      const view: QueuedFile = {
        id,
        name,
        bytes: file.size,
        sent: 0,
        state: error === undefined ? 'waiting' : 'refused',
      };
      this.#entries.set(id, { view: error === undefined ? view : { ...view, error }, file, sending: undefined });
    }
    this.#work();
  }

  pause(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || (entry.view.state !== 'waiting' && entry.view.state !== 'sending')) return;
    entry.sending?.stop();
    this.#change(entry, { state: 'paused' });
    this.#work();
  }

  /** Goes on with a paused file, or tries a failed one again. */
  resume(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || (entry.view.state !== 'paused' && entry.view.state !== 'failed')) return;
    const { error: _error, ...view } = entry.view;
    entry.view = { ...view, state: 'waiting' };
    this.#work();
  }

  retryFailed(): void {
    for (const { view } of this.#entries.values()) if (view.state === 'failed') this.resume(view.id);
  }

  pauseAll(): void {
    this.#isPaused = true;
    for (const entry of this.#entries.values()) {
      if (entry.view.state !== 'sending') continue;
      entry.sending?.stop();
      this.#change(entry, { state: 'waiting' });
    }
    this.#tell();
  }

  resumeAll(): void {
    this.#isPaused = false;
    for (const { view } of this.#entries.values()) if (view.state === 'paused') this.resume(view.id);
    this.#work();
  }

  remove(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.view.state === 'taking') return;
    entry.sending?.stop();
    this.#entries.delete(id);
    this.#work();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The files as they were told last; the same list until something changed. */
  readonly files = (): readonly QueuedFile[] => this.#shown;

  totals(): QueueTotals {
    const views = Array.from(this.#entries.values(), ({ view }) => view);
    const count = (...states: FileState[]) => views.filter(({ state }) => states.includes(state)).length;
    const sendable = views.filter(({ state }) => state !== 'refused');
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000;
    return {
      files: views.length,
      done: count('added', 'already-there'),
      failed: count('failed', 'refused'),
      active: count('sending', 'taking'),
      paused: this.#isPaused ? count('waiting', 'paused') : count('paused'),
      bytes: sendable.reduce((sum, { bytes }) => sum + bytes, 0),
      sentBytes: sendable.reduce((sum, { sent }) => sum + sent, 0),
      bytesPerSecond: seconds > 0.2 ? ((last?.sent ?? 0) - (first?.sent ?? 0)) / seconds : 0,
    };
  }

  #work(): void {
    let room = atOnce - Array.from(this.#entries.values()).filter(({ view }) => view.state === 'sending').length;
    for (const entry of this.#entries.values()) {
      if (room <= 0 || this.#isPaused) break;
      if (entry.view.state !== 'waiting') continue;
      room -= 1;
      this.#change(entry, { state: 'sending' });
      entry.sending ??= this.#open(entry.file, entry.view.name, this.#toldOf(entry));
      entry.sending.start();
    }
    this.#tell();
  }

  #toldOf(entry: Entry): SendingTold {
    // What a stopped or removed file still tells is of no interest.
    const isOf = (...states: FileState[]) => this.#entries.has(entry.view.id) && states.includes(entry.view.state);
    return {
      progress: (sent) => {
        if (isOf('sending')) this.#change(entry, { sent });
      },
      taking: () => {
        if (!isOf('sending')) return;
        this.#change(entry, { state: 'taking', sent: entry.view.bytes });
        this.#work();
      },
      done: (outcome) => {
        if (!isOf('sending', 'taking')) return;
        this.#change(entry, { state: outcome, sent: entry.view.bytes });
        this.#work();
      },
      failed: (error, isFinal) => {
        if (!isOf('sending', 'taking')) return;
        entry.sending = undefined;
        this.#change(entry, { state: isFinal ? 'refused' : 'failed', error });
        this.#work();
      },
    };
  }

  #change(entry: Entry, change: Partial<QueuedFile>): void {
    entry.view = { ...entry.view, ...change };
    if (ends.includes(entry.view.state)) entry.sending = undefined;
    this.#tell();
  }

  #tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#shown = Array.from(this.#entries.values(), ({ view }) => view);
      const now = performance.now();
      this.#samples.push({ at: now, sent: this.totals().sentBytes });
      while ((this.#samples[0]?.at ?? now) < now - rateMs) this.#samples.shift();
      for (const listener of this.#listeners) listener();
    }, tellMs);
  }
}
