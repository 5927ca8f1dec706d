/**
 * A file system in user space that mirrors a folder, read-only: `node fuse-mirror.mjs FD FOLDER` serves the open /dev/fuse at FD.
 * Stopped by SIGSTOP it hangs as a network mount does whose server is gone; its kernel type is that of every FUSE mount. The protocol is
 * that of linux/fuse.h, 7.31, spoken by hand so that no test needs a library.
 */
import { closeSync, lstatSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';

const [fd, folder] = [Number(process.argv[2]), process.argv[3]];
const op = {
  lookup: 1, forget: 2, getattr: 3, open: 14, read: 15, statfs: 17, release: 18, flush: 25, init: 26, opendir: 27, readdir: 28,
  releasedir: 29, access: 34, interrupt: 36, batchForget: 42,
}; // biome-ignore format: a table
const [ENOENT, ENOSYS] = [2, 38];
/** Node ids are handed out as names are looked up; 1 is the root. */
const paths = new Map([[1n, folder]]);
const nodes = new Map([[folder, 1n]]);
const lists = new Map();
let nextHandle = 1n;

const nodeOf = (path) => {
  let node = nodes.get(path);
  if (node === undefined) {
    node = BigInt(nodes.size + 1);
    nodes.set(path, node);
    paths.set(node, path);
  }
  return node;
};

function attributes(path, node) {
  const stat = lstatSync(path, { bigint: true });
  const out = Buffer.alloc(88);
  for (const [i, value] of [
    node,
    stat.size,
    stat.blocks,
    stat.atimeNs / 10n ** 9n,
    stat.mtimeNs / 10n ** 9n,
    stat.ctimeNs / 10n ** 9n,
  ].entries())
    out.writeBigUInt64LE(value, i * 8);
  const small = [
    stat.atimeNs % 10n ** 9n,
    stat.mtimeNs % 10n ** 9n,
    stat.ctimeNs % 10n ** 9n,
    stat.mode,
    stat.nlink,
    stat.uid,
    stat.gid,
    0n,
    4096n,
    0n,
  ];
  for (const [i, value] of small.entries()) out.writeUInt32LE(Number(value), 48 + i * 4);
  return out;
}

function answer(opcode, node, body) {
  const path = paths.get(node) ?? folder;
  switch (opcode) {
    case op.init: {
      const out = Buffer.alloc(64);
      out.writeUInt32LE(7, 0);
      out.writeUInt32LE(31, 4);
      out.writeUInt32LE(body.readUInt32LE(8), 8);
      out.writeUInt16LE(16, 16);
      out.writeUInt16LE(12, 18);
      out.writeUInt32LE(65_536, 20);
      out.writeUInt32LE(1, 24);
      return out;
    }
    case op.lookup: {
      const below = `${path}/${body.subarray(0, body.indexOf(0)).toString()}`;
      const child = nodeOf(below);
      const out = Buffer.alloc(128);
      out.writeBigUInt64LE(child, 0);
      attributes(below, child).copy(out, 40); // valid for no time: everything is asked again
      return out;
    }
    case op.getattr: {
      const out = Buffer.alloc(104);
      attributes(path, node).copy(out, 16);
      return out;
    }
    case op.open:
    case op.opendir: {
      const handle = opcode === op.open ? BigInt(openSync(path, 'r')) : nextHandle++;
      if (opcode === op.opendir) lists.set(handle, readdirSync(path, { withFileTypes: true }));
      const out = Buffer.alloc(16);
      out.writeBigUInt64LE(handle, 0);
      return out;
    }
    case op.read: {
      const out = Buffer.alloc(body.readUInt32LE(16));
      const bytes = readSync(Number(body.readBigUInt64LE(0)), out, 0, out.length, Number(body.readBigUInt64LE(8)));
      return out.subarray(0, bytes);
    }
    case op.readdir: {
      const [entries, size] = [lists.get(body.readBigUInt64LE(0)) ?? [], body.readUInt32LE(16)];
      const parts = [];
      let bytes = 0;
      for (let i = Number(body.readBigUInt64LE(8)); i < entries.length; i++) {
        const name = Buffer.from(entries[i].name);
        const entry = Buffer.alloc((24 + name.length + 7) & ~7);
        if (bytes + entry.length > size) break;
        entry.writeBigUInt64LE(nodeOf(`${path}/${entries[i].name}`), 0);
        entry.writeBigUInt64LE(BigInt(i + 1), 8);
        entry.writeUInt32LE(name.length, 16);
        entry.writeUInt32LE(entries[i].isDirectory() ? 4 : 8, 20);
        name.copy(entry, 24);
        parts.push(entry);
        bytes += entry.length;
      }
      return Buffer.concat(parts);
    }
    case op.statfs: {
      const out = Buffer.alloc(80);
      for (let i = 0; i < 5; i++) out.writeBigUInt64LE(1_000_000n, i * 8);
      out.writeUInt32LE(4096, 40);
      out.writeUInt32LE(255, 44);
      out.writeUInt32LE(4096, 48);
      return out;
    }
    case op.release:
      closeSync(Number(body.readBigUInt64LE(0)));
      return Buffer.alloc(0);
    case op.releasedir:
      lists.delete(body.readBigUInt64LE(0));
      return Buffer.alloc(0);
    case op.flush:
    case op.access:
      return Buffer.alloc(0);
    default:
      throw Object.assign(new Error('not served'), { errno: -ENOSYS });
  }
}

const request = Buffer.alloc(1024 * 1024);
process.stdout.write('serving\n');
for (;;) {
  let bytes;
  try {
    bytes = readSync(fd, request);
  } catch (error) {
    if (error.code === 'ENODEV' || error.code === 'ENOTCONN') process.exit(0); // unmounted
    if (error.code === 'EINTR' || error.code === 'ENOENT' || error.code === 'EAGAIN') continue;
    throw error;
  }
  const opcode = request.readUInt32LE(4);
  if ([op.forget, op.batchForget, op.interrupt].includes(opcode)) continue;
  let [failure, body] = [0, Buffer.alloc(0)];
  try {
    body = answer(opcode, request.readBigUInt64LE(16), request.subarray(40, bytes));
  } catch (error) {
    failure = typeof error.errno === 'number' ? error.errno : -ENOENT;
  }
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + body.length, 0);
  head.writeInt32LE(failure, 4);
  request.copy(head, 8, 8, 16);
  try {
    writeSync(fd, Buffer.concat([head, body]));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // nobody waits for it any more
  }
}
