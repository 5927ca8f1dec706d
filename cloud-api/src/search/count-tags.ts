import { type Find, where } from './find-items.ts';
import type { Projection } from './projection.ts';

/** How many of the items that meet a condition have each tag, most frequent first, and how many have none. @throws QueryError */
export async function countTags(
  projection: Projection,
  find: Pick<Find, 'condition'>,
): Promise<{ tags: { tag: string; count: number }[]; untagged: number }> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const rows = await ask(
    `with found as (select seq from items ${sql}),
          tagged as (select tag, seq from slices join slice_items using (slice_id) join found using (seq) where tag is not null)
     select tag, count(*)::double from tagged group by tag
     union all
     select null, (select count(*) from found)::double - (select count(distinct seq) from tagged)::double`,
    parameters,
  );
  const counts = new Map(rows.flatMap(([tag, count]) => (tag === null ? [] : [[String(tag), Number(count)] as const])));
  return {
    tags: [...schema.tags.keys()]
      .map((tag) => ({ tag, count: counts.get(tag) ?? 0 }))
      .toSorted((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1)),
    untagged: Number(rows.find(([tag]) => tag === null)?.[1] ?? 0),
  };
}
