/** The built catalogue of an agent over one folder, without a cloud. */
import { AgentConfig } from '../../../agent/dist/config.js';
import { openDecoderPool } from '../../../agent/dist/extract/decoder-pool.js';
import { openKeys } from '../../../agent/dist/keys/open-keys.js';
import { startPipeline } from '../../../agent/dist/pipeline.js';
import { recordPolicies } from '../../../agent/dist/policies.js';
import { openState } from '../../../agent/dist/state/open-state.js';

const built = (path) => new URL(`../../../agent/dist/${path}`, import.meta.url);

export function configOf(folder, data) {
  return AgentConfig.parse({
    data,
    cloud: { url: 'http://127.0.0.1:9' },
    sources: [{ folder, dataset: 'bench' }],
    scan: { settle_ms: 0, watch: false },
  });
}

/** The decoders as the configuration's defaults ask for them. */
function aPool(config, keys) {
  const { processes, max_pixels, max_file_bytes, timeout_ms } = config.extract;
  return openDecoderPool({
    childUrl: built('extract/describe-child.js'),
    processes,
    contentKey: keys.content,
    limits: { maxPixels: max_pixels, maxFileBytes: max_file_bytes, timeoutMs: timeout_ms },
  });
}

/** @param {(config: AgentConfig, keys: object) => object} makePool */
export function aPipeline(folder, data, makePool = aPool) {
  const config = configOf(folder, data);
  const keys = openKeys(data);
  const state = openState(data);
  const pool = makePool(config, keys);
  const policies = recordPolicies(config);
  const pipeline = startPipeline({
    state,
    dataDir: data,
    sources: config.sources,
    pool,
    keys,
    policyOf: ({ alias }) => policies.get(alias),
    scan: config.scan,
    walkThreadUrl: built('source/walk-thread.js'),
    signal: new AbortController().signal,
    log: { info() {}, warn() {} },
  });
  return {
    scan: async () => (await pipeline.scanOnce()).main,
    close: async () => {
      await pool.close();
      state.close();
    },
  };
}
