/** A decoder process: one picture after the other, over the channel to its parent, which kills and replaces what hangs. */
import { decodePicture, prepareDecoder, renderPreview } from './decode-picture.ts';
import type { DecodeReply, DecodeTask } from './decoded.ts';

prepareDecoder();

process.on('message', (task: DecodeTask) => {
  void work(task).then((done) => {
    const reply: DecodeReply = { id: task.id, rssBytes: process.memoryUsage.rss(), ...done };
    process.send?.(reply);
  });
});
process.on('disconnect', () => process.exit(0));

async function work({ path, format, render }: DecodeTask): Promise<Pick<DecodeReply, 'decoded' | 'isRendered'>> {
  try {
    if (render === undefined) return { decoded: await decodePicture(path, format), isRendered: false };
    await renderPreview(path, format, render);
    return { decoded: undefined, isRendered: true };
  } catch {
    return { decoded: undefined, isRendered: false };
  }
}
