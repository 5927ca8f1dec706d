import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files that the proxy serves https with. */
export interface TlsFiles {
  cert_file: string;
  key_file: string;
}

/** Where `tls init` writes its certificate. */
export function ownTlsFiles(dataDir: string): TlsFiles {
  const folder = join(dataDir, 'tls');
  return { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
}

/** The certificate that `tls init` wrote, if it did. */
export function findOwnTls(dataDir: string): TlsFiles | undefined {
  const files = ownTlsFiles(dataDir);
  return existsSync(files.cert_file) && existsSync(files.key_file) ? files : undefined;
}
