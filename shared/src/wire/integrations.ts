import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';

const Short = WellFormedText.refine((text) => text.length >= 1 && text.length <= 200, 'must be 1 to 200 characters');
const Secret = WellFormedText.refine(
  (text) => text.length >= 1 && text.length <= 8192,
  'must be 1 to 8,192 characters',
);
const Bucket = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'must be the name of a bucket');
const StoreUrl = z.url({ protocol: /^https?$/, message: 'must be an http or https address' }).max(300);

/** Address of an object to test with; without one the store is asked for an object that is not there. */
const TestAddress = WellFormedText.refine((text) => text.length <= 4096, 'must be at most 4,096 characters').optional();

const S3Integration = z.strictObject({
  kind: z.literal('s3'),
  name: Short,
  bucket: Bucket,
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('us-east-1'),
  endpoint: StoreUrl.optional(),
  access: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('keys'),
      access_key_id: Short,
      secret_access_key: Secret,
      session_token: Secret.optional(),
    }),
    z.strictObject({
      type: z.literal('role'),
      role_arn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'must be the ARN of a role'),
    }),
    z.strictObject({ type: z.literal('anonymous') }),
  ]),
  test_address: TestAddress,
});

const GcsIntegration = z.strictObject({
  kind: z.literal('gcs'),
  name: Short,
  bucket: Bucket,
  endpoint: StoreUrl.optional(),
  /** The JSON key file of a service account; only these three of its fields are kept. */
  service_account: z.object({
    client_email: Short,
    private_key: Secret,
    private_key_id: Short.optional(),
  }),
  test_address: TestAddress,
});

const AzureIntegration = z.strictObject({
  kind: z.literal('azure'),
  name: Short,
  account_url: StoreUrl,
  container: z.string().regex(/^(\$root|\$web|[a-z0-9](-?[a-z0-9]){2,62})$/, 'must be the name of a container'),
  access: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('sas'), sas: Secret }),
    z.strictObject({
      type: z.literal('client-secret'),
      directory_id: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/, 'must be the id of a directory'),
      client_id: Short,
      client_secret: Secret,
    }),
  ]),
  test_address: TestAddress,
});

export const NewIntegration = z.discriminatedUnion('kind', [S3Integration, GcsIntegration, AzureIntegration]);
export type NewIntegration = z.infer<typeof NewIntegration>;

/** What a test found; `ok` and `not-verified` are good enough to keep. */
const CheckView = z.object({
  code: z.enum([
    'ok',
    'not-verified',
    'credentials-refused',
    'access-denied',
    'place-not-found',
    'object-not-found',
    'unreachable',
  ]),
  message: z.string(),
  at_ms: z.number(),
});

/** An integration as it is shown; its credentials are never answered. */
export const IntegrationView = z.object({
  id: z.string(),
  kind: z.enum(['s3', 'gcs', 'azure']),
  name: z.string(),
  /** What addresses are matched with. */
  place: z.string(),
  region: z.string().optional(),
  endpoint: z.string().optional(),
  access: z.enum(['keys', 'role', 'anonymous', 'service-account', 'sas', 'client-secret']),
  role_arn: z.string().optional(),
  check: CheckView,
  created_at_ms: z.number(),
});
export type IntegrationView = z.infer<typeof IntegrationView>;

/** Ways into customers' stores, and where our requests come from. */
export const integrationEndpoints = {
  createIntegration: {
    method: 'post',
    path: '/v1/integrations',
    access: 'admin',
    summary: 'Test credentials of a bucket or container and keep them sealed',
    body: NewIntegration,
    reply: IntegrationView,
    errors: ['integration-refused', 'conflict'],
    dialect: 'own',
  },
  listIntegrations: {
    method: 'get',
    path: '/v1/integrations',
    access: 'admin',
    summary: 'Integrations without their credentials, and the external id that roles must ask for',
    reply: z.object({ external_id: z.string(), integrations: z.array(IntegrationView) }),
    errors: [],
    dialect: 'own',
  },
  testIntegration: {
    method: 'post',
    path: '/v1/integrations/:integrationId/test',
    access: 'admin',
    summary: 'Test an integration again, with an object of yours if you name one',
    body: z.strictObject({ test_address: TestAddress }),
    reply: IntegrationView,
    errors: ['integration-not-found', 'integration-refused'],
    dialect: 'own',
  },
  deleteIntegration: {
    method: 'delete',
    path: '/v1/integrations/:integrationId',
    access: 'admin',
    summary: 'Forget an integration and its credentials',
    reply: z.object({ deleted: z.literal(true) }),
    errors: ['integration-not-found'],
    dialect: 'own',
  },
  getIpRanges: {
    method: 'get',
    path: '/v1/ip-ranges',
    access: 'read',
    summary: 'Addresses that fetches of attachments come from, for allow lists',
    reply: z.object({
      /** CIDR ranges; empty when the operator has fixed none. */
      ranges: z.array(z.string()),
      via: z.enum(['any-address', 'fixed-address', 'proxy']),
      note: z.string(),
    }),
    errors: [],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
