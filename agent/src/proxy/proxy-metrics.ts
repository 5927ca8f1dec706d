import { Counter, Gauge, type Registry } from 'prom-client';

/** What `/metrics` says about serving; no label holds a name, a path or an address. */
export interface ProxyMetrics {
  countReply(route: ProxyRoute, status: number): void;
  countMediaBytes(bytes: number): void;
}

export type ProxyRoute = 'media' | 'assets' | 'api' | 'page' | 'health' | 'none';

export function registerMetrics(registry: Registry, sessions: () => number, previewBytes: () => number): ProxyMetrics {
  // counted in plain numbers and handed over when somebody asks: most requests are answered in less time than a counter takes
  const repliesBy = new Map<ProxyRoute, Map<number, number>>();
  let mediaBytes = 0;
  new Counter({
    name: 'nucleus_agent_http_replies_total',
    help: 'Replies by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, counts] of repliesBy) for (const [status, n] of counts) this.inc({ route, status }, n);
    },
  });
  new Counter({
    name: 'nucleus_agent_media_bytes_total',
    help: 'Bytes of media handed to browsers.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(mediaBytes);
    },
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('nucleus_agent_viewer_sessions', 'Viewer sessions that live.', sessions);
  gauge('nucleus_agent_preview_cache_bytes', 'Bytes of previews on disk.', previewBytes);
  return {
    countReply(route, status) {
      let counts = repliesBy.get(route);
      if (!counts) {
        counts = new Map();
        repliesBy.set(route, counts);
      }
      counts.set(status, (counts.get(status) ?? 0) + 1);
    },
    countMediaBytes(bytes) {
      mediaBytes += bytes;
    },
  };
}
