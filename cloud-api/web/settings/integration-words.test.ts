import { expect, test } from 'vitest';
import { nameOfWay, readForm, startOf } from './integration-words.ts';

test('a filled form is the request that the cloud takes', () => {
  const s3 = { name: ' raw ', bucket: 'helix-raw', role_arn: 'arn:aws:iam::123456789012:role/read', region: '' };
  expect(readForm('s3-role', s3)).toEqual({
    kind: 's3',
    name: 'raw',
    bucket: 'helix-raw',
    region: 'us-east-1',
    access: { type: 'role', role_arn: 'arn:aws:iam::123456789012:role/read' },
  });
  const key = { type: 'service_account', client_email: 'a@b.test', private_key: 'PEM', project_id: 'x' };
  expect(readForm('gcs', { name: 'g', bucket: 'survey-eu', service_account: JSON.stringify(key) })).toMatchObject({
    kind: 'gcs',
    service_account: { client_email: 'a@b.test', private_key: 'PEM' },
  });
});

test.each([
  ['s3-keys', { name: 'a', bucket: 'Not A Bucket', access_key_id: 'x', secret_access_key: 'y' }, /^Bucket: /],
  ['gcs', { name: 'a', bucket: 'survey-eu', service_account: 'no json' }, /^Key file \(JSON\): /],
  ['azure-sas', { name: 'a', account_url: 'ftp://x', container: 'c01', sas: 's' }, /^Account address: /],
  ['s3-anonymous', { bucket: 'helix-raw' }, /^Name: /],
] as const)('what is wrong with a %s form is named by its field', (way, given, sentence) => {
  expect(readForm(way, given)).toMatch(sentence);
});

test('stores are named as their addresses begin', () => {
  expect(startOf({ kind: 'gcs', place: 'survey-eu' })).toBe('gs://survey-eu');
  expect(nameOfWay({ kind: 'azure', access: 'sas' })).toBe('Azure blobs, SAS');
});
