/** What an auditor searches in everything that left, written down here from the promise and not from the product. */
import sharp from 'sharp';
import { type AuditedRun, sentItems } from './an-audited-run.ts';
import { sharedRunFinder } from './shingles.ts';

/** What must not be found outside. */
export interface Corpus {
  /** Bytes of the files. */
  files: readonly Buffer[];
  /** Texts that stand in the files, their EXIF or their place: names, serials, absolute paths, coordinates. */
  secrets: readonly string[];
  /** Decoded pixels are searched too, unless the files are too large for that. */
  hasLargeFiles?: boolean;
}

const minimalFields = [
  'source',
  'media_kind',
  'format',
  'status',
  'orientation',
  'byte_size_bucket',
  'content_hash',
  'ingest_day',
];
/** The metadata fields that a level promises, and no other. */
export const promisedFields = {
  minimal: minimalFields,
  standard: [
    ...minimalFields,
    ...['name', 'byte_size', 'frame_count', 'capture_local', 'capture_time', 'exposure_us', 'iso', 'f_number'],
    ...['focal_length_mm', 'camera_make', 'camera_model', 'brightness', 'contrast', 'sharpness', 'entropy'],
    ...['mean_color', 'blurhash'],
  ],
} as const;

/** A request's headers: every name that may be there, with what its value may be. */
const promisedHeaders: Record<string, RegExp> = {
  'accept': /^application\/json$/,
  'authorization': /^Basic [A-Za-z0-9+/]+=*$/,
  'connection': /^keep-alive$/,
  'content-encoding': /^gzip$/,
  'content-length': /^\d{1,8}$/,
  'content-type': /^application\/(json|x-ndjson)$/,
  'host': /^[a-z0-9.-]+:\d+$/,
  'transfer-encoding': /^chunked$/,
  'user-agent': /^nucleus-agent\/\d+\.\d+\.\d+$/,
};

/** One sentence for each thing that left and should not have; empty when all is well. */
export async function findLeaks(
  run: AuditedRun,
  corpus: Corpus,
  level: keyof typeof promisedFields,
): Promise<string[]> {
  const outgoing = run.requests.flatMap(({ target, headers, body }) => [
    Buffer.from(target),
    Buffer.from(JSON.stringify(headers)),
    body,
  ]);
  return [
    ...strangers(run),
    ...headerLeaks(run),
    ...ledgerDifferences(run),
    ...strangeFields(run, level),
    ...foundSecrets(outgoing, corpus.secrets, 'left'),
    ...(await sharedRuns([...outgoing, ...run.streams], corpus)),
  ];
}

/** Whom the process asked for beside its cloud. */
function strangers(run: AuditedRun): string[] {
  return run.network
    .flatMap((use) => {
      if (use.kind === 'unix') return [];
      const isCloud = use.kind === 'connect' && `${use.address}:${use.port}` === run.cloud;
      const isOwnName = use.kind === 'lookup' && (use.name === '127.0.0.1' || use.name === 'localhost');
      return isCloud || isOwnName ? [] : [`a ${use.kind} that is not the cloud's: ${use.address ?? use.name}`];
    })
    .concat(/egress guard refused/.test(run.output) ? ['the egress guard refused something'] : []);
}

function headerLeaks({ requests, key }: AuditedRun): string[] {
  const credentials = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
  return requests.flatMap(({ headers, target }) => [
    ...Object.entries(headers)
      .filter(([name, value]) => !promisedHeaders[name]?.test(value))
      .map(([name]) => `the header ${name}`),
    ...(headers.authorization === credentials ? [] : ['an authorization that is not the key']),
    ...(/^\/v1\/agents\/(register|heartbeat|changes\?fence=\d{1,9}&store_epoch=[0-9a-zA-Z_-]{1,64}|agt_[a-z0-9]{20}\/manifest\?source=[a-z0-9-]{1,32}&prefix=[0-9a-f]{0,4})$/.test(
      target,
    )
      ? []
      : ['a request to an address that is not promised']),
  ]);
}

/** The ledger's answered attempts against the capture, byte for byte and in order. */
function ledgerDifferences({ ledger, requests }: AuditedRun): string[] {
  const answered = new Set(ledger.filter((line) => line.kind === 'result').map((line) => line.of));
  const written = ledger.filter((line) => line.kind !== 'result' && answered.has(line.n));
  const spelled = (target: string | undefined, body: string): string => `${target} ${body}`;
  const inLedger = written.map((line) => spelled(line.url_path, line.body ?? ''));
  const captured = requests.map(({ target, body }) => spelled(target, body.toString('base64')));
  const isSame = inLedger.length === captured.length && inLedger.every((line, i) => line === captured[i]);
  return isSame ? [] : [`the ledger (${inLedger.length}) differs from the capture (${captured.length})`];
}

function strangeFields(run: AuditedRun, level: keyof typeof promisedFields): string[] {
  const top = ['reference_id', 'image_url', 'width', 'height', 'metadata', ...(level === 'minimal' ? [] : ['phash'])];
  const promised: readonly string[] = promisedFields[level];
  return [...sentItems(run.requests).values()]
    .flatMap((item) => [
      ...Object.keys(item).filter((field) => !top.includes(field)),
      ...Object.keys(item.metadata).filter((field) => !promised.includes(field)),
    ])
    .map((field) => `the field ${field}`);
}

/** Which secrets stand in any of the bytes: as they are in any case, or as base64, base64url, hex or percent-encoded. */
export function foundSecrets(haystacks: readonly Buffer[], secrets: readonly string[], where: string): string[] {
  const texts = haystacks.map((bytes) => bytes.toString('utf8').toLowerCase());
  return secrets
    .filter((secret) => spellings(secret).some((spelled) => texts.some((text) => text.includes(spelled))))
    .map((secret) => `"${secret}" ${where}`);
}

function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // base64 depends on where in a group of three a text begins
  const base64 = [0, 1, 2].map((skip) =>
    bytes
      .subarray(skip)
      .toString('base64')
      .replace(/.{0,3}=*$/, ''),
  );
  const isLong = (text: string): boolean => text.length >= 8;
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), ...base64.filter(isLong)].map((text) =>
    text.toLowerCase(),
  );
}

/** Runs of 16 bytes that stand outside and in a file or its decoded pixels; encoded text is looked at decoded too. */
async function sharedRuns(outgoing: readonly Buffer[], { files, hasLargeFiles }: Corpus): Promise<string[]> {
  const haystacks = outgoing.map(withoutTimes).flatMap((bytes) => [bytes, ...decodedTexts(bytes)]);
  const findRun = sharedRunFinder(haystacks);
  const found: string[] = [];
  for (const [i, file] of files.entries()) {
    const pixels = hasLargeFiles
      ? Buffer.alloc(0)
      : await sharp(file)
          .raw()
          .toBuffer()
          .catch(() => Buffer.alloc(0));
    for (const [what, bytes] of [
      ['bytes', file],
      ['pixels', pixels],
    ] as const) {
      const run = findRun(bytes);
      if (run) found.push(`16 ${what} of file ${i} at ${run.offset}: ${JSON.stringify(run.bytes.toString('latin1'))}`);
    }
  }
  return found;
}

/** Capture times are promised, and XMP spells them the same way. */
const withoutTimes = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/"capture_(local|time)":"[-0-9T:Z]{19,20}"/g, ''), 'latin1');

function decodedTexts(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  return [
    ...[...text.matchAll(/[0-9a-fA-F]{32,}/g)].map(([run]) => Buffer.from(run, 'hex')),
    ...[...text.matchAll(/[A-Za-z0-9+/_-]{22,}/g)].map(([run]) => Buffer.from(run, 'base64')),
  ];
}
