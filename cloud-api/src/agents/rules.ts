import { AppError } from '@nucleus/shared/failure/app-error';
import { isReservedField, phashField, recordFields } from '@nucleus/shared/record/fields';
import { type Level, levelAllows, type NamesPolicy } from '@nucleus/shared/record/levels';
import type { ItemRecord } from '@nucleus/shared/record/record';
import type { AgentView } from '@nucleus/shared/wire/agents';

export const heartbeatSeconds = 30;
const offlineAfterMs = 3 * heartbeatSeconds * 1000;

/** An agent that is not there and one of another tenant or key look the same. */
export function agentNotFound(): AppError {
  return new AppError('agent-not-found', 'This agent has not registered here, or not with this key.');
}

/** Whether a source's level, or its owner's switches, keep a field inside. */
export function isKeptInside(
  field: string,
  { level, names, fieldsOff }: { level: Level; names: NamesPolicy; fieldsOff: readonly string[] },
): boolean {
  if (!isReservedField(field)) return false;
  const spec = Object.hasOwn(recordFields, field) ? recordFields[field as keyof typeof recordFields] : undefined;
  if (field === 'name' && names === 'pseudonym') return true;
  return !levelAllows(level, spec?.level ?? 'rich') || fieldsOff.includes(field);
}

/** Whether a record holds a field that its source's level, or its owner's switches, keep inside. */
export function isOverLevel(item: ItemRecord, level: Level, fieldsOff: ReadonlySet<string>): boolean {
  const may = (field: string, needed: Level) => levelAllows(level, needed) && !fieldsOff.has(field);
  if (item.phash !== undefined && !may('phash', phashField.level)) return true;
  if (item.embedding_info !== undefined && !may('embedding_info', 'rich')) return true;
  return Object.keys(item.metadata).some((field) => {
    const spec = Object.hasOwn(recordFields, field) ? recordFields[field as keyof typeof recordFields] : undefined;
    return !may(field, spec?.level ?? 'rich');
  });
}

/** An item's address under its new reference id: what stands before the old one stays. */
export function rekeyAddress(imageUrl: string, alias: string, newRef: string): string {
  const marker = `/assets/${alias}/`;
  const at = imageUrl.indexOf(marker);
  const base = at < 0 ? `${new URL(imageUrl).origin}${marker}` : imageUrl.slice(0, at + marker.length);
  return base + encodeURIComponent(newRef);
}

/** What the dashboard calls an agent's condition. */
export function agentState(approved: boolean, lastHeartbeatMs: number | null, nowMs: number): AgentView['state'] {
  if (!approved) return 'waiting-for-approval';
  return lastHeartbeatMs !== null && nowMs - lastHeartbeatMs <= offlineAfterMs ? 'live' : 'offline';
}
