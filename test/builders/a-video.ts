import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';

export interface VideoOptions {
  container: 'mp4' | 'mov' | 'webm' | 'mkv';
  codec: 'avc' | 'vp8' | 'vp9';
  widthPx: number;
  heightPx: number;
  /** Clockwise. */
  rotation?: 0 | 90 | 180 | 270;
  framesPerSecond: number;
  frames: number;
  tags?: Record<string, string>;
}

const formats = {
  mp4: () => new Mp4OutputFormat({ metadataFormat: 'mdta' }),
  mov: () => new MovOutputFormat({ metadataFormat: 'mdta' }),
  webm: () => new WebMOutputFormat(),
  mkv: () => new MkvOutputFormat(),
};
/** AVCDecoderConfigurationRecord with one empty parameter set of either kind: enough for a container. */
const avcConfig = Buffer.from([1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68]);

/** A video whose frames hold nothing that a decoder would take: what containers say is what is read. */
export async function aVideo(options: VideoOptions): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: formats[options.container](), target });
  const source = new EncodedVideoPacketSource(options.codec);
  output.addVideoTrack(source, { rotation: options.rotation ?? 0, frameRate: options.framesPerSecond });
  if (options.tags) output.setMetadataTags({ raw: options.tags });
  await output.start();
  const seconds = 1 / options.framesPerSecond;
  const decoderConfig = {
    codec: { avc: 'avc1.64001f', vp8: 'vp8', vp9: 'vp09.00.10.08' }[options.codec],
    codedWidth: options.widthPx,
    codedHeight: options.heightPx,
    ...(options.codec === 'avc' && { description: avcConfig }),
  };
  for (let i = 0; i < options.frames; i += 1) {
    const data = Buffer.alloc(64, i);
    data.writeUInt32BE(60, 0);
    await source.add(new EncodedPacket(data, i === 0 ? 'key' : 'delta', i * seconds, seconds), { decoderConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}
