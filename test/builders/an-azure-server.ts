/** Azurite, a real Azure blob server for tests, in a process of its own: it verifies SAS signatures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

export interface AzureServer {
  /** `http://127.0.0.1:PORT/devstoreaccount1` */
  accountUrl: string;
  put: (container: string, name: string, bytes: Buffer) => Promise<void>;
  /** A signature that reads one container. */
  sas: (container: string, validForMs?: number) => string;
  close: () => Promise<void>;
}

const account = 'devstoreaccount1';
/** Azurite's published key of that account. */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export async function anAzureServer(): Promise<AzureServer> {
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const flags = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck'];
  const child = spawn(process.execPath, [program, ...flags, '--disableTelemetry'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const origin = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`azurite ended: ${said}`)));
  });
  const accountUrl = `${origin}/${account}`;
  const credential = new StorageSharedKeyCredential(account, accountKey);
  const service = new BlobServiceClient(accountUrl, credential);
  return {
    accountUrl,
    put: async (container, name, bytes) => {
      const client = service.getContainerClient(container);
      await client.createIfNotExists();
      await client.getBlockBlobClient(name).uploadData(bytes);
    },
    sas: (containerName, validForMs = 3_600_000) =>
      generateBlobSASQueryParameters(
        {
          containerName,
          permissions: ContainerSASPermissions.parse('r'),
          startsOn: new Date(Date.now() - 7_200_000),
          expiresOn: new Date(Date.now() + validForMs),
        },
        credential,
      ).toString(),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
