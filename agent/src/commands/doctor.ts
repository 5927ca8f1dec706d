import { readFileSync } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentConfig } from '../config.ts';
import { installEgressGuard } from '../egress/guard.ts';
import { type CloudProbe, probeCloud } from '../egress/probe-cloud.ts';
import { type ConfigFlags, loadConfig, readProxyCredentials } from '../load-config.ts';
import { checkHost, type HostCheck } from './check-host.ts';
import { printJson, type Terminal } from './terminal.ts';

const dayMs = 86_400_000;

/**
 * Looks at everything that an agent needs, one line each with what to do about it. The one thing that it sends is a GET of the cloud's
 * /healthz, without key or body.
 * @returns 1 when a check fails, else 0.
 */
export async function doctor(
  flags: ConfigFlags & { json?: boolean },
  context: {
    terminal: Terminal;
    workingDir: string;
    version: string;
    environment: Record<string, string | undefined>;
  },
): Promise<number> {
  const { terminal } = context;
  const config = loadConfig(flags, context.workingDir);
  const checks = [
    ...(await checkHost(config, context.environment)),
    ...(await checkCloud(config, context.version, context.environment)),
  ];
  const isFailed = checks.some(({ result }) => result === 'fail');
  if (flags.json) {
    printJson(terminal, { ok: !isFailed, checks });
    return isFailed ? 1 : 0;
  }
  for (const { result, name, says, remedy } of checks) {
    terminal.out(`${result.padEnd(4)}  ${name}: ${says}\n${remedy === undefined ? '' : `      → ${remedy}\n`}`);
  }
  return isFailed ? 1 : 0;
}

async function checkCloud(
  config: AgentConfig,
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<HostCheck[]> {
  const { url, ca_file: caFile, proxy: proxyUrl } = config.cloud;
  let caPem: string | undefined;
  try {
    caPem = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  } catch {
    return [fail('certificate authority', `${caFile} cannot be read.`, 'Correct cloud.ca_file.')];
  }
  let proxyCredentials: string | undefined;
  try {
    proxyCredentials = readProxyCredentials(config, environment);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [fail('proxy', error.message, 'Correct NUCLEUS_AGENT_PROXY_AUTH or cloud.proxy_auth_file.')];
  }
  const removeGuard = installEgressGuard({ cloudUrl: url, proxyUrl });
  try {
    const probe = await probeCloud(url, version, { caPem, proxyUrl, proxyCredentials });
    return judgeProbe(probe, new URL(url), proxyUrl === undefined ? undefined : new URL(proxyUrl), Date.now());
  } finally {
    removeGuard();
  }
}

/** What a probe means. Pure. */
function judgeProbe(probe: CloudProbe, url: URL, proxy: URL | undefined, nowMs: number): HostCheck[] {
  const asked = proxy ?? url;
  if ('error' in probe.lookup) {
    const remedy = `Check the resolver of this host and the spelling of ${asked.hostname}.`;
    return [fail('name', `${asked.hostname} has no address (${probe.lookup.error}).`, remedy)];
  }
  const checks = [
    ok('name', `${asked.hostname} has ${probe.lookup.addresses} address(es).`),
    judgeTls(probe.tls, url, nowMs),
  ];
  if (!probe.http) return checks;
  if ('error' in probe.http) {
    const remedy = 'Start the cloud, or let this host through the firewall to it.';
    return [...checks, fail('cloud', `${url.origin} does not answer (${probe.http.error}).`, remedy)];
  }
  const { status, serverMs, localMs } = probe.http;
  checks.push(
    status === 200
      ? ok('cloud', `${url.origin} answers.`)
      : fail('cloud', `${url.origin}/healthz answers ${status}.`, 'Check cloud.url: something else may answer there.'),
  );
  return [...checks, judgeClock(serverMs, localMs)];
}

function judgeTls(tls: CloudProbe['tls'], url: URL, nowMs: number): HostCheck {
  if (!tls) {
    const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
    return isLocal
      ? ok('TLS', 'not needed on this machine.')
      : warn('TLS', 'records travel unencrypted.', 'Use an https address for cloud.url.');
  }
  if ('error' in tls) {
    const remedy =
      'Renew the certificate, or name its authority with cloud.ca_file; verification is never switched off.';
    return fail('TLS', `the handshake failed (${tls.error}).`, remedy);
  }
  const days = Math.floor((tls.validToMs - nowMs) / dayMs);
  return days < 14
    ? warn('TLS', `${tls.protocol}; the certificate ends in ${days} days.`, 'Renew it.')
    : ok('TLS', `${tls.protocol}; the certificate is valid for ${days} more days.`);
}

function judgeClock(serverMs: number | undefined, localMs: number): HostCheck {
  if (serverMs === undefined) return warn('clock', 'the cloud sends no Date.', 'Compare the clocks by hand.');
  const apartS = Math.round(Math.abs(serverMs - localMs) / 1000);
  const says = `${apartS} s apart from the cloud.`;
  const remedy = 'Run a time service (systemd-timesyncd, chrony) on this host.';
  if (apartS > 300) return fail('clock', says, remedy);
  return apartS > 5 ? warn('clock', says, remedy) : ok('clock', says);
}

const ok = (name: string, says: string): HostCheck => ({ result: 'ok', name, says });
const warn = (name: string, says: string, remedy: string): HostCheck => ({ result: 'warn', name, says, remedy });
const fail = (name: string, says: string, remedy: string): HostCheck => ({ result: 'fail', name, says, remedy });
