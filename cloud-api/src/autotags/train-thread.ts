/** Trains a classifier in a thread of its own: thousands of long vectors take seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import { type TrainingSet, trainClassifier } from './train-classifier.ts';

parentPort?.postMessage(trainClassifier(workerData as TrainingSet));
