import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What this process counts, for `/metrics`. One registry per cloud, so that two in one process do not mix. */
export interface Metrics {
  registry: Registry;
  requests: Counter<'route' | 'method' | 'status'>;
  requestSeconds: Histogram<'route' | 'method'>;
  itemsWritten: Counter<'by'>;
  labelsWritten: Counter<'by'>;
  changeBatches: Counter<'result'>;
  jobsEnded: Counter<'kind' | 'result'>;
  jobSeconds: Histogram<'kind'>;
  jobsRunning: Gauge<'kind'>;
  attachments: Counter<'way' | 'result'>;
  attachmentSeconds: Histogram<'way'>;
  attachmentBytes: Counter;
  /** Time that a question waits until the search projection is current. */
  projectionSeconds: Histogram;
  /** Says from where the jobs that have not ended are counted. */
  watchOpenJobs: (count: () => Promise<{ kind: string; jobs: number }[]>) => void;
  /** Says from where the number of requests that wait for their turn is read. */
  watchWaiting: (waiting: () => number) => void;
  /** Says from where the bytes of large bodies in memory are read. */
  watchBodies: (heldBytes: () => number) => void;
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
    labelsWritten: new Counter({
      name: 'nucleus_labels_written_total',
      help: 'Annotations and predictions added or changed',
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
    attachments: new Counter({
      name: 'nucleus_attachments_total',
      help: 'Pictures by the way they came and how that ended',
      labelNames: ['way', 'result'],
      registers,
    }),
    attachmentSeconds: new Histogram({
      name: 'nucleus_attachment_seconds',
      help: 'Time from asking for a picture to its keeping, waiting included',
      labelNames: ['way'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    }),
    attachmentBytes: new Counter({
      name: 'nucleus_attachment_bytes_total',
      help: 'Bytes of pictures that were kept',
      registers,
    }),
    projectionSeconds: new Histogram({
      name: 'nucleus_projection_catch_up_seconds',
      help: 'Time until a search projection had applied every change',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
      registers,
    }),
    watchOpenJobs: (count) => {
      new Gauge({
        name: 'nucleus_jobs_open',
        help: 'Jobs that have not ended, in the whole store',
        labelNames: ['kind'],
        registers,
        async collect() {
          // A database that does not answer is told by readyz; the other figures are still wanted.
          const open = await count().catch(() => undefined);
          this.reset();
          for (const { kind, jobs } of open ?? []) this.set({ kind }, jobs);
        },
      });
    },
    watchWaiting: (waiting) =>
      watch(registers, 'nucleus_http_requests_waiting', 'Requests that wait for their turn', waiting),
    watchBodies: (heldBytes) =>
      watch(registers, 'nucleus_http_body_bytes', 'Bytes of large request bodies in memory', heldBytes),
    jobsRunning: new Gauge({
      name: 'nucleus_jobs_running',
      help: 'Jobs that this process is working on',
      labelNames: ['kind'],
      registers,
    }),
  };
}

/** A figure that is read when somebody asks for it. */
function watch(registers: Registry[], name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
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
  watch(registers, 'process_resident_memory_bytes', 'Resident memory of this process', process.memoryUsage.rss);
}
