import { hostname, networkInterfaces } from 'node:os';
import { makeCertificate } from '../keys/make-certificate.ts';
import { type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Makes a self-signed certificate for this host and says what browsers will make of it. */
export async function initTls(
  flags: DataFlags & { name?: string[]; force?: boolean },
  context: { terminal: Terminal; workingDir: string },
): Promise<number> {
  const { terminal } = context;
  const names = flags.name ?? ownNames();
  const made = await makeCertificate(dataFolder(flags, context.workingDir), names, {
    force: flags.force === true,
    now: new Date(),
  });
  if (flags.json) {
    printJson(terminal, made);
    return 0;
  }
  terminal.out(`A certificate for ${made.names.join(', ')}, good until ${made.expires}:\n  ${made.cert_file}\n`);
  terminal.out(`SHA-256 ${made.fingerprint}\n`);
  terminal.note(
    'The agent serves https with it from its next start. Browsers warn about it until it is trusted on each computer: compare the\n' +
      'fingerprint, or use a certificate of your own authority (`tls:` in the configuration), which needs no warning at all.\n',
  );
  return 0;
}

/** Name and addresses of this host, loopback included. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
  return [...new Set([hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1', ...addresses])];
}
