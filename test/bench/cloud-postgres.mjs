/** Promise: a cloud over PostgreSQL holds a million items within the figures of the README. `node test/bench/cloud-postgres.mjs` after a build. */
import { measureCloud } from './cloud/measure-cloud.mjs';

await measureCloud('postgres');
