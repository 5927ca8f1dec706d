/** Reads one point cloud in a thread whose memory is bounded: JSON of tens of megabytes would hold up every request. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { readPointCloud } from './read-point-cloud.ts';

parentPort?.postMessage(readPointCloud(readFileSync(workerData as string, 'utf8')));
