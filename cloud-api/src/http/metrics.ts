import { Counter, Histogram, Registry } from 'prom-client';

/** What this process counts, for `/metrics`. One registry per cloud, so that two in one process do not mix. */
export interface Metrics {
  registry: Registry;
  requests: Counter<'route' | 'method' | 'status'>;
  requestSeconds: Histogram<'route' | 'method'>;
  itemsWritten: Counter<'by'>;
  changeBatches: Counter<'result'>;
}

/** Fresh counters, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'nucleus_http_requests_total',
      help: 'Requests by route, method and status',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'nucleus_http_request_seconds',
      help: 'Time from request to reply',
      labelNames: ['route', 'method'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    itemsWritten: new Counter({
      name: 'nucleus_items_written_total',
      help: 'Items added, changed or deleted',
      labelNames: ['by'],
      registers,
    }),
    changeBatches: new Counter({
      name: 'nucleus_change_batches_total',
      help: 'Batches of agents’ changes by result',
      labelNames: ['result'],
      registers,
    }),
  };
}
