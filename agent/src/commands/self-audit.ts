import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capacityViolations, totalPixelBits } from '@nucleus/shared/record/capacity';
import { type Level, pixelBudgetBits } from '@nucleus/shared/record/levels';
import type { AgentParts } from '../agent-parts.ts';
import { installEgressGuard } from '../egress/guard.ts';
import { type Canaries, makeCanaries } from '../samples/make-canaries.ts';
import { findTexts, holdsRunOf } from './find-canaries.ts';
import { type Rehearsal, rehearseRun } from './rehearse-run.ts';
import { printJson, type Terminal } from './terminal.ts';

interface Finding {
  level: Level;
  check: string;
  isFound: boolean;
  detail: string;
}

/**
 * Plants pictures with known secrets, runs the real pipeline, gate and ledger over them without a network, and searches everything that
 * would leave, the ledger and the logs. Works in a folder of its own; the agent's data and sources are not touched.
 * @returns 0 when nothing was found, else 1.
 */
export async function selfAudit(
  flags: { json?: boolean },
  parts: AgentParts,
  context: { terminal: Terminal; version: string; signal: AbortSignal },
): Promise<number> {
  const { terminal, version, signal } = context;
  const scratch = mkdtempSync(join(tmpdir(), 'nucleus-self-audit-'));
  const refused: string[] = [];
  const removeGuard = installEgressGuard({ cloudUrl: null, onRefused: (what) => refused.push(what) });
  const findings: Finding[] = [];
  try {
    for (const level of ['minimal', 'standard'] as const) {
      const home = join(scratch, level);
      mkdirSync(home, { mode: 0o700 });
      const folder = join(home, 'pictures');
      const canaries = await makeCanaries(folder, 1);
      const run = await rehearseRun({ dataDir: join(home, 'data'), folder, level }, parts, version, signal);
      findings.push(...judge(level, run, canaries, home));
    }
    findings.push(await compareSets(scratch, parts, version, signal));
  } finally {
    removeGuard();
    rmSync(scratch, { recursive: true, force: true });
  }
  const tries = refused.length === 0 ? 'none' : refused.join(', ');
  findings.push({ level: 'minimal', check: 'connections tried', isFound: refused.length > 0, detail: tries });
  const isClean = findings.every(({ isFound }) => !isFound);
  if (flags.json) printJson(terminal, { clean: isClean, version, findings });
  else report(findings, isClean, version, terminal);
  return isClean ? 0 : 1;
}

function judge(level: Level, run: Rehearsal, canaries: Canaries, home: string): Finding[] {
  const leaving = run.sent.flatMap(({ path, body }) => [Buffer.from(path), body]);
  const everything = [...leaving, ...run.ledgerBodies, ...run.ledgerBytes, run.log];
  const finding = (check: string, isFound: boolean, detail: string): Finding => ({ level, check, isFound, detail });
  const texts = [...canaries.texts, { kind: 'the scratch folder', values: [home] }];
  // below standard no file name leaves; at standard the relative path does, and is in no log all the same
  const names = canaries.files.map(({ path }) => path);
  const keys = run.keys.flatMap((key) => [key.toString('hex'), key.toString('base64'), key.toString('base64url')]);
  const bytes = run.sent.reduce((sum, { body }) => sum + body.length, 0);
  const sameAsLedger =
    run.ledgerBodies.length === run.sent.length &&
    run.sent.every(({ body }) => run.ledgerBodies.some((kept) => kept.equals(body)));
  const violations = capacityViolations();
  const absent = (check: string, found: string[]): Finding =>
    finding(check, found.length > 0, found.length === 0 ? 'not found' : found.join(', '));
  const runs = (what: 'bytes' | 'pixels' | 'thumbnail'): string[] =>
    canaries.files.filter((file) => holdsRunOf(everything, file[what])).map(({ path }) => path);
  return [
    finding(
      'the run took every canary',
      run.catalogued !== canaries.files.length || !run.isDrained,
      `${run.catalogued} of ${canaries.files.length} files, ${run.sent.length} requests, ${bytes} bytes`,
    ),
    ...texts.map(({ kind, values }) => absent(kind, findTexts(everything, values))),
    absent('names of files in the log', findTexts([run.log], names)),
    ...(level === 'minimal' ? [absent('names of files', findTexts(everything, names))] : []),
    absent('16 bytes of a file', runs('bytes')),
    absent('16 bytes of decoded pixels', runs('pixels')),
    absent('16 bytes of an embedded thumbnail', runs('thumbnail')),
    finding('keys', findTexts(everything, keys).length > 0, 'names, content and media key'),
    finding(
      'bits made from pixels',
      totalPixelBits(level) > pixelBudgetBits[level] || violations.length > 0,
      `at most ${totalPixelBits(level)} of ${pixelBudgetBits[level]} an image`,
    ),
    finding('ledger chain', run.ledger.problem !== undefined, run.ledger.problem?.sentence ?? 'intact'),
    finding('ledger holds what left', !sameAsLedger, sameAsLedger ? 'byte for byte' : 'a body differs'),
  ];
}

/** Two sets of pictures that differ in their pixels alone must give the same bytes at level minimal, content hash aside. */
async function compareSets(scratch: string, parts: AgentParts, version: string, signal: AbortSignal): Promise<Finding> {
  const sent: string[] = [];
  for (const [i, seed] of [1, 5].entries()) {
    const home = join(scratch, `set-${i}`);
    const [folder, dataDir] = [join(home, 'pictures'), join(home, 'data')];
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    for (const part of i === 0 ? [] : ['keys', 'identity.json'])
      cpSync(join(scratch, 'set-0', 'data', part), join(dataDir, part), { recursive: true });
    await makeCanaries(folder, seed);
    const setup = { dataDir, folder, level: 'minimal' as const, fieldsOff: ['content_hash'] };
    const run = await rehearseRun(setup, parts, version, signal);
    const bodies = run.sent.filter(({ path }) => /register|changes/.test(path)).map(({ body }) => body.toString('hex'));
    sent.push(bodies.join('\n'));
  }
  const isSame = sent[0] !== '' && sent[0] === sent[1];
  const detail = isSame ? 'other pixels, the same bytes (content hash off)' : 'other pixels changed what leaves';
  return { level: 'minimal', check: 'pixel non-interference', isFound: !isSame, detail };
}

function report(findings: readonly Finding[], isClean: boolean, version: string, terminal: Terminal): void {
  terminal.out(`Self-audit of nucleus-agent ${version}: planted pictures, the real pipeline and gate, no network.\n`);
  for (const level of ['minimal', 'standard'] as const) {
    terminal.out(`\nlevel ${level}\n`);
    for (const finding of findings.filter((it) => it.level === level)) {
      terminal.out(`  ${finding.isFound ? 'FOUND' : 'ok   '} ${finding.check}: ${finding.detail}\n`);
    }
  }
  const found = findings.filter(({ isFound }) => isFound).length;
  terminal.out(
    isClean
      ? `\n${findings.length} checks, nothing found.\n`
      : `\n${found} of ${findings.length} checks FOUND something; keep this report and do not run the agent.\n`,
  );
}
