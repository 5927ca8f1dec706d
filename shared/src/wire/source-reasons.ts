import type { sourceReasons } from './agents.ts';

/** What has happened to a source that does not go on, and what ends that; for the command line and the viewer. */
export const reasonSentences: Record<(typeof sourceReasons)[number], string> = {
  'none': 'It was paused.',
  'root-missing':
    'The folder is missing. Its items are kept as they are; it resumes by itself when the folder returns.',
  'root-empty': 'The folder is empty. Its items are kept as they are; it resumes by itself when the mount returns.',
  'root-swapped':
    'Another folder is in its place. Its items are kept as they are; it resumes by itself when the right one returns.',
  'root-hanging':
    'The folder does not answer. Its items are kept as they are; it resumes by itself when the mount returns.',
  'root-unreadable': 'The folder cannot be read. Let the agent’s user read it.',
  'shrank': 'Much of it vanished at once. Its items are kept as they are.',
  'superseded': 'Another agent took it over. Stop that one, or this one.',
  'dataset-gone': 'Its dataset was deleted in the cloud. --recreate makes a new one.',
  'key-refused': 'The cloud refuses the agent’s key: it is wrong, revoked, or another agent’s.',
  'not-approved': 'An admin of the cloud has not approved this agent yet.',
  'queue-full': 'Its queue is full because the cloud takes nothing.',
};
