/**
 * Preloaded into a program under test: writes every connection, name lookup and UDP socket that its JavaScript asks the system for into the
 * file that TEST_NETWORK_LOG names, one JSON line each. It looks at the handles below node's own modules, so that a patch of `net` or
 * `dns`, the product's guard included, hides nothing from it.
 */
import { createHook } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';

const file = process.env.TEST_NETWORK_LOG;
const kinds = {
  TCPCONNECTWRAP: 'connect',
  PIPECONNECTWRAP: 'unix',
  GETADDRINFOREQWRAP: 'lookup',
  QUERYWRAP: 'lookup',
  UDPWRAP: 'udp',
};

createHook({
  init(_id, type, _trigger, resource) {
    const kind = kinds[type];
    if (kind === undefined) return;
    // the request is filled in after it is made
    queueMicrotask(() => {
      const line = { kind, address: resource.address, port: resource.port, name: resource.hostname };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    });
  },
}).enable();
