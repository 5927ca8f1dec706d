import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Log } from './reply.ts';

/** PEM files of the certificate (with its chain) and its key. */
export interface TlsFiles {
  cert_file: string;
  key_file: string;
}

const checkEveryMs = 60_000;

/**
 * Reads certificate and key and makes sure that they belong together.
 * @throws AppError `config-invalid` with the file that is wrong and why.
 */
export function readTls({ cert_file, key_file }: TlsFiles): { cert: Buffer; key: Buffer } {
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new AppError('config-invalid', `The TLS file ${file} cannot be read.`, { cause });
    }
  };
  const [cert, key] = [read(cert_file), read(key_file)];
  if ((statSync(key_file).mode & 0o077) !== 0) {
    throw new AppError('config-invalid', `The TLS key ${key_file} can be read by others; run chmod 600 on it.`);
  }
  let certificate: X509Certificate;
  let isPair: boolean;
  try {
    certificate = new X509Certificate(cert);
    isPair = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new AppError('config-invalid', `${cert_file} and ${key_file} are not a certificate and its key in PEM.`, {
      cause,
    });
  }
  if (!isPair)
    throw new AppError('config-invalid', `The key ${key_file} does not belong to the certificate ${cert_file}.`);
  if (new Date(certificate.validTo).getTime() < Date.now()) {
    throw new AppError('config-invalid', `The certificate ${cert_file} expired on ${certificate.validTo}; renew it.`);
  }
  return { cert, key };
}

/** Takes a renewed certificate without a restart. Returns a function that stops looking. */
export function followTls(server: Server, files: TlsFiles, log: Log, everyMs = checkEveryMs): () => void {
  const stampOf = (): string => {
    try {
      return [files.cert_file, files.key_file].map((file) => statSync(file).mtimeMs).join();
    } catch {
      return '';
    }
  };
  let stamp = stampOf();
  const timer = setInterval(() => {
    const now = stampOf();
    if (now === stamp || now === '') return;
    try {
      server.setSecureContext({ ...readTls(files), minVersion: 'TLSv1.2' });
      stamp = now;
      log.info({}, 'certificate renewed');
    } catch (error) {
      // half written, or wrong: the old one serves on, and the next look may find it whole
      log.warn({ kind: error instanceof Error ? error.name : 'unknown' }, 'new certificate not taken');
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
