import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What this process counts, for `/metrics`. One registry per cloud, so that two in one process do not mix. */
export interface Metrics {
  registry: Registry;
  requests: Counter<'route' | 'method' | 'status'>;
  requestSeconds: Histogram<'route' | 'method'>;
  itemsWritten: Counter<'by'>;
  changeBatches: Counter<'result'>;
  jobsEnded: Counter<'kind' | 'result'>;
  jobSeconds: Histogram<'kind'>;
  jobsRunning: Gauge<'kind'>;
  /** Says from where the number of requests that wait for their turn is read. */
  watchWaiting: (waiting: () => number) => void;
}

const stallResolutionMs = 10;

/** Fresh counters, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  measureProcess(registers);
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
    jobsEnded: new Counter({
      name: 'nucleus_job_attempts_total',
      help: 'Attempts at jobs by type and how they ended',
      labelNames: ['kind', 'result'],
      registers,
    }),
    jobSeconds: new Histogram({
      name: 'nucleus_job_attempt_seconds',
      help: 'Time of one attempt at a job',
      labelNames: ['kind'],
      buckets: [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 1800],
      registers,
    }),
    watchWaiting: (waiting) => {
      new Gauge({
        name: 'nucleus_http_requests_waiting',
        help: 'Requests that wait for their turn',
        registers,
        collect() {
          this.set(waiting());
        },
      });
    },
    jobsRunning: new Gauge({
      name: 'nucleus_jobs_running',
      help: 'Jobs that this process is working on',
      labelNames: ['kind'],
      registers,
    }),
  };
}

/** Memory, and how long the event loop stood still: a request that comes meanwhile waits as long. */
function measureProcess(registers: Registry[]): void {
  const delay = monitorEventLoopDelay({ resolution: stallResolutionMs });
  delay.enable();
  new Gauge({
    name: 'nucleus_event_loop_stall_seconds',
    help: 'Longest that the event loop stood still since the last scrape',
    registers,
    collect() {
      this.set(Math.max(0, delay.max / 1e9 - stallResolutionMs / 1000));
      delay.reset();
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of this process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}
