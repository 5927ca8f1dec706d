/**
 * Preloaded into the cloud under test: ends the process by SIGKILL at a step of an attachment's way in, `TEST_BREAK_AT`. The steps are told
 * by what the process asks of the system; the product knows nothing of them.
 */
import processes from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const wanted = process.env.TEST_BREAK_AT;

function reach(step) {
  if (step !== wanted) return;
  fs.appendFileSync(process.env.TEST_BREAK_LOG, `${step}\n`);
  process.kill(process.pid, 'SIGKILL');
  // the signal comes to this thread at once; nothing below runs
  for (;;);
}

const { request } = http;
http.request = function (...args) {
  const made = request.apply(this, args);
  if (!made.path?.endsWith('/steps.jpg')) return made;
  reach('asking');
  return made.prependOnceListener('response', (response) => {
    reach('answered');
    response.once('end', () => reach('arrived'));
  });
};

const { fork } = processes;
processes.fork = (...args) => {
  const child = fork(...args);
  const { send } = child;
  child.send = (message, ...rest) => {
    if (message?.format !== undefined) reach('decoding');
    return send.call(child, message, ...rest);
  };
  return child;
};
const { emit } = processes.ChildProcess.prototype;
processes.ChildProcess.prototype.emit = function (name, message, ...rest) {
  if (name === 'message' && message?.decoded !== undefined) reach('decoded');
  return emit.call(this, name, message, ...rest);
};

const { rename } = fs.promises;
fs.promises.rename = async (from, to) => {
  if (!to.includes('/objects/')) return rename(from, to);
  reach('storing');
  await rename(from, to);
  reach('stored');
};
syncBuiltinESMExports();
