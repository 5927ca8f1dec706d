import type { Projection } from './projection.ts';

/** How many live items meet an autotag. */
export interface AutotagCount {
  name: string;
  items: number;
}

/** Autotags of a dataset and how many items meet each by the default threshold, oldest first. */
export async function countAutotags(projection: Projection): Promise<AutotagCount[]> {
  const { ask } = await projection.current();
  const rows = await ask(
    `select name, count(i.seq)::double from autotags a
       left join autotag_scores s on s.autotag = a.place and s.score >= 0
       left join items i on i.seq = s.seq
     group by a.place, name order by a.place`,
  );
  return rows.map(([name, items]) => ({ name: String(name), items: Number(items) }));
}
