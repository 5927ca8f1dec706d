import type { Holding } from './what-cloud-holds.ts';

/** Saves the report as JSON on the reader's machine; nothing is sent anywhere. */
export function saveReport(holdings: readonly Holding[], at: Date): void {
  const report = {
    made_at: at.toISOString(),
    made_of: 'counts over the records that the cloud holds',
    datasets: holdings.map((holding) => ({
      dataset_id: holding.datasetId,
      name: holding.name,
      items: holding.items,
      level: holding.level ?? null,
      pixel_bits_per_item: holding.usedBits,
      pixel_bits_allowed: holding.budgetBits,
      fields: holding.fields.map(({ field, pixelBits, items }) => ({ field, pixel_bits: pixelBits, items })),
      fields_of_the_team: holding.added,
    })),
  };
  const address = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `privacy-report-${at.toISOString().slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
