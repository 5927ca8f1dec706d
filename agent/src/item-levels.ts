/** What each privacy level would send for one item, by the very function that makes what is sent. */
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import { pixelBits } from '@nucleus/shared/record/capacity';
import { type Level, levels, pixelBudgetBits } from '@nucleus/shared/record/levels';
import { referenceId } from './identity/reference-id.ts';
import type { ItemLevels } from './proxy/viewer-parts.ts';
import type { RecordPolicy } from './record/build-record.ts';
import type { Facts } from './record/facts.ts';
import { recordOf } from './state/files.ts';
import type { State } from './state/open-state.ts';
import type { ItemRow } from './state/rows.ts';

/**
 * Answers for an item key; empty for an item without a record.
 * @param namesKey makes the pseudonym that lowering to `minimal` would give.
 */
export function openItemLevels(
  state: State,
  policyOf: (alias: string) => RecordPolicy,
  namesKey: Uint8Array,
): (itemKey: Buffer) => ItemLevels {
  const find = state.prepare<[Buffer], ItemRow & { alias: string }>(
    'select i.*, s.alias from items i join sources s using (source_no) where i.item_key = ?',
  );
  return (itemKey) => {
    const item = find.get(itemKey);
    if (!item?.facts) return [];
    const facts = JSON.parse(item.facts) as Facts;
    const policy = policyOf(item.alias);
    return levels.map((level) => {
      const at = policyAt(policy, level);
      const isRenamed = at.names === 'pseudonym' && !item.reference_id.startsWith('p_');
      const named = isRenamed
        ? {
            ...item,
            reference_id: referenceId(item.path, { alias: item.alias, names: at.names, namesKey }, () => false),
          }
        : item;
      const record = recordOf(named, facts, at);
      const { blurhash } = record.metadata;
      const fields = pixelBits(level).filter(
        ({ field }) => (field === 'phash' ? record.phash : record.metadata[field]) !== undefined,
      );
      return {
        level,
        is_current: level === policy.level,
        body: canonicalJson(record),
        bits: fields.reduce((sum, { bits }) => sum + bits, 0),
        budget_bits: pixelBudgetBits[level],
        fields,
        ...(typeof blurhash === 'string' ? { blurhash } : {}),
        ...(record.phash === undefined ? {} : { phash: record.phash }),
      };
    });
  };
}

/** The source's policy as it would be at a level: `minimal` forces pseudonyms. */
function policyAt(policy: RecordPolicy, level: Level): RecordPolicy {
  return { ...policy, level, names: level === 'minimal' ? 'pseudonym' : policy.names };
}
