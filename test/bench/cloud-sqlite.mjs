/** Promise: a cloud over SQLite holds a million items within the figures of the README. `node test/bench/cloud-sqlite.mjs` after a build. */
import { measureCloud } from './cloud/measure-cloud.mjs';

await measureCloud('sqlite');
