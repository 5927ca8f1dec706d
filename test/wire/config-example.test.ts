import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { AgentConfig } from '../../agent/src/config.ts';
import { CloudConfig } from '../../cloud-api/src/config.ts';

const example = parse(await readFile(new URL('../../config.example.yaml', import.meta.url), 'utf8'));

test('both programs take their part of the example, and neither takes a key it does not know', () => {
  expect(AgentConfig.safeParse(example.agent).error?.issues).toBeUndefined();
  expect(CloudConfig.safeParse(example.cloud).error?.issues).toBeUndefined();
  expect(AgentConfig.safeParse({ ...example.agent, surprise: 1 }).success).toBe(false);
  expect(CloudConfig.safeParse({ ...example.cloud, surprise: 1 }).success).toBe(false);
});
