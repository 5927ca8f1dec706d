import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Output, WebMOutputFormat } from 'mediabunny';
import type { Page } from 'playwright-core';

/**
 * A WebM that a browser plays: encoded as VP8 by the browser itself, a shade of grey for each frame, getting brighter.
 * @param page at an address that is trustworthy to the browser, as loopback is; what is on it does not matter
 */
export async function aPlayableVideo(
  page: Page,
  { widthPx, heightPx, framesPerSecond, frames }: Record<'widthPx' | 'heightPx' | 'framesPerSecond' | 'frames', number>,
): Promise<Buffer> {
  const chunks = await page.evaluate(
    async ([width, height, rate, count]) => {
      const made: { type: 'key' | 'delta'; data: string }[] = [];
      const failed = new Promise<never>((_, reject) => {
        Object.assign(globalThis, { failEncoding: reject });
      });
      const encoder = new VideoEncoder({
        output: (chunk) => {
          const bytes = new Uint8Array(chunk.byteLength);
          chunk.copyTo(bytes);
          made.push({ type: chunk.type, data: btoa(String.fromCharCode(...bytes)) });
        },
        error: (error) => (globalThis as unknown as { failEncoding: (error: unknown) => void }).failEncoding(error),
      });
      encoder.configure({ codec: 'vp8', width, height, framerate: rate });
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('there is no canvas');
      for (let frame = 0; frame < count; frame += 1) {
        const shade = Math.round((frame / (count - 1)) * 255);
        pen.fillStyle = `rgb(${shade} ${shade} ${shade})`;
        pen.fillRect(0, 0, width, height);
        const picture = new VideoFrame(canvas, { timestamp: Math.round((frame * 1e6) / rate) });
        encoder.encode(picture, { keyFrame: frame % 5 === 0 });
        picture.close();
      }
      await Promise.race([encoder.flush(), failed]);
      return made;
    },
    [widthPx, heightPx, framesPerSecond, frames] as const,
  );
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new EncodedVideoPacketSource('vp8');
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  await output.start();
  const decoderConfig = { codec: 'vp8', codedWidth: widthPx, codedHeight: heightPx };
  for (const [at, { type, data }] of chunks.entries()) {
    const packet = new EncodedPacket(Buffer.from(data, 'base64'), type, at / framesPerSecond, 1 / framesPerSecond);
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}
