/** Opens and reads the files of one folder that may stop to answer, in a thread of its own, one call after the other. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { DistantAnswer, DistantRequest } from './distant-messages.ts';
import { fileStat } from './file-stat.ts';
import { openFollowing } from './follow-link.ts';
import { OpenRefusal, openSafely } from './open-safely.ts';

function answer(request: DistantRequest): DistantAnswer {
  const { id } = request;
  try {
    if (request.kind === 'open') {
      const { fd, stat } = (request.followLinks ? openFollowing : openSafely)(request.root, request.path);
      return { id, kind: 'opened', fd, stat: fileStat(stat) };
    }
    if (request.kind === 'close') {
      closeSync(request.fd);
      return { id, kind: 'closed' };
    }
    const bytes = new Uint8Array(request.bytes);
    let got = 0;
    for (let read = -1; read !== 0 && got < bytes.length; got += read)
      read = readSync(request.fd, bytes, got, bytes.length - got, request.at + got);
    // looked at after the read: what was read is of one content if nothing moved by then
    return { id, kind: 'read', bytes: bytes.subarray(0, got), stat: fileStat(fstatSync(request.fd)) };
  } catch (error) {
    return { id, kind: 'refused', reason: error instanceof OpenRefusal ? error.reason : 'root-unavailable' };
  }
}

parentPort?.on('message', (request: DistantRequest) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, reply.kind === 'read' ? [reply.bytes.buffer as ArrayBuffer] : []);
});
