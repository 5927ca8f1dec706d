/** What a command writes to: results on stdout, everything else on stderr. */
export interface Terminal {
  out(text: string): void;
  note(text: string): void;
  /** Whether stderr is a terminal, so that a line may be written over. */
  isInteractive: boolean;
}

/** Writes `value` as the last line on stdout. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value)}\n`);
}
