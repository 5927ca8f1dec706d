import { Counter, Gauge, type Registry } from 'prom-client';

/** What `/metrics` says about serving; no label holds a name, a path or an address. */
export interface ProxyMetrics {
  countReply(route: ProxyRoute, status: number): void;
  countMediaBytes(bytes: number): void;
}

export type ProxyRoute = 'media' | 'assets' | 'api' | 'page' | 'health' | 'none';

export function registerMetrics(registry: Registry, sessions: () => number, previewBytes: () => number): ProxyMetrics {
  const replies = new Counter({
    name: 'nucleus_agent_http_replies_total',
    help: 'Replies by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const mediaBytes = new Counter({
    name: 'nucleus_agent_media_bytes_total',
    help: 'Bytes of media handed to browsers.',
    registers: [registry],
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
  // one lookup a kind, not one a request: the label path costs more than the rest of a small reply's accounting
  const children = new Map<string, { inc(): void }>();
  return {
    countReply(route, status) {
      const name = `${route} ${status}`;
      let child = children.get(name);
      if (!child) {
        child = replies.labels(route, String(status));
        children.set(name, child);
      }
      child.inc();
    },
    countMediaBytes: (bytes) => mediaBytes.inc(bytes),
  };
}
