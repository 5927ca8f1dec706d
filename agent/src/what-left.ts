/** What has left for one item, as the viewer shows it: the exact bytes, their bits, and where the ledger has them. */
import { pixelBits } from '@nucleus/shared/record/capacity';
import { pixelBudgetBits } from '@nucleus/shared/record/levels';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { localEndpoints } from '@nucleus/shared/wire/local';
import type { LedgerIndex } from './egress/ledger-index.ts';
import type { State } from './state/open-state.ts';
import type { SourceRow } from './state/rows.ts';

export type WhatLeft = ReplyOf<typeof localEndpoints.getWhatLeft>;

/** Answers for an item key; undefined when there is no such item. */
export function openWhatLeft(state: State, index: LedgerIndex): (itemKey: Buffer) => Promise<WhatLeft | undefined> {
  const find = state.prepare<[Buffer], Pick<SourceRow, 'alias' | 'level'> & { reference_id: string }>(
    'select s.alias, s.level, i.reference_id from items i join sources s using (source_no) where i.item_key = ?',
  );
  return async (itemKey) => {
    const item = find.get(itemKey);
    if (!item) return undefined;
    const last = await index.lastBodyOf(item.reference_id, item.alias);
    const change = last
      ? (JSON.parse(last.body) as { rev: number; item?: { phash?: string; metadata: object } })
      : undefined;
    const left = new Set([
      ...Object.keys(change?.item?.metadata ?? {}),
      ...(change?.item?.phash === undefined ? [] : ['phash']),
    ]);
    return {
      body: last?.body ?? null,
      body_bytes: last ? Buffer.byteLength(last.body) : 0,
      revision: change?.rev ?? null,
      level: item.level,
      budget_bits: pixelBudgetBits[item.level],
      fields: pixelBits(item.level).filter(({ field }) => left.has(field)),
      entries: await index.ledgerEntriesOf(item.reference_id, item.alias),
    };
  };
}
