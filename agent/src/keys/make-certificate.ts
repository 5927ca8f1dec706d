import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import ipaddr from 'ipaddr.js';
import { generate } from 'selfsigned';
import { findOwnTls, ownTlsFiles, type TlsFiles } from './tls-files.ts';

/** Browsers refuse certificates that live longer than this, also those that a person trusts. */
const lifeDays = 397;
const dayMs = 86_400_000;

export interface MadeCertificate extends TlsFiles {
  names: string[];
  /** SHA-256 of the certificate, as browsers show it. */
  fingerprint: string;
  expires: string;
}

/**
 * Makes a self-signed certificate for names and addresses of this host, and its key, readable by the owner alone.
 * @throws AppError `usage` when there is one already and `force` is not set, or a name is none.
 */
export async function makeCertificate(
  dataDir: string,
  names: readonly string[],
  options: { force: boolean; now: Date },
): Promise<MadeCertificate> {
  const files = ownTlsFiles(dataDir);
  if (findOwnTls(dataDir) && !options.force) {
    throw new AppError(
      'usage',
      `There is a certificate in ${dirname(files.cert_file)}; --force makes another in its place.`,
    );
  }
  const wrong = names.find((name) => !isAddress(name) && !/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name));
  if (wrong !== undefined || names.length === 0) {
    throw new AppError('usage', `"${wrong ?? ''}" is no host name and no address.`);
  }
  const expires = new Date(options.now.getTime() + lifeDays * dayMs);
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(options.now.getTime() - dayMs),
    notAfterDate: expires,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isAddress(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  mkdirSync(dirname(files.cert_file), { recursive: true, mode: 0o700 });
  writePrivately(files.key_file, made.private);
  writePrivately(files.cert_file, made.cert);
  return {
    ...files,
    names: [...names],
    fingerprint: new X509Certificate(made.cert).fingerprint256,
    expires: expires.toISOString().slice(0, 10),
  };
}

function isAddress(name: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(name) || ipaddr.IPv6.isValid(name);
}

/** A new file of mode 0600; one that was there, with whatever mode, is removed first. */
function writePrivately(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
}
