/** A decoder process: one picture after the other, over the channel to its parent, which kills and replaces what hangs. */
import { decodePicture, prepareDecoder } from './decode-picture.ts';
import type { DecodeReply, DecodeTask } from './decoded.ts';

prepareDecoder();

process.on('message', (task: DecodeTask) => {
  void decodePicture(task.path, task.format)
    .catch(() => undefined)
    .then((decoded) => {
      const reply: DecodeReply = { id: task.id, rssBytes: process.memoryUsage.rss(), decoded };
      process.send?.(reply);
    });
});
process.on('disconnect', () => process.exit(0));
