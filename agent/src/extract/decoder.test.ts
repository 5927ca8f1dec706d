import sharp from 'sharp';
import { expect, test } from 'vitest';
import { prepareDecoder, versionFault } from './decoder.ts';

test.each([
  { sharp: '0.35.3', vips: '8.18.3', isSafe: true },
  { sharp: '0.35.10', vips: '8.18.10', isSafe: true },
  { sharp: '1.0.0', vips: '9.0.0', isSafe: true },
  { sharp: '0.35.2', vips: '8.18.7', isSafe: false },
  { sharp: '0.4.99', vips: '8.18.7', isSafe: false },
  { sharp: '0.35.5', vips: '8.18.2', isSafe: false },
  { sharp: '0.35.5', vips: undefined, isSafe: false },
])('sharp $sharp with libvips $vips is safe: $isSafe', ({ isSafe, ...versions }) => {
  expect(versionFault(versions) === undefined).toBe(isSafe);
});

test('what is installed decodes pictures and no documents, whatever their name says', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
  // other files may have run in this process before
  sharp.unblock({ operation: ['VipsForeignLoad'] });
  expect((await sharp(svg).metadata()).format, 'as the library comes').toBe('svg');
  expect(prepareDecoder()).toBeUndefined();
  const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  expect((await sharp(png).metadata()).width).toBe(4);
  const ppm = Buffer.concat([Buffer.from('P6 4 4 255\n'), Buffer.alloc(48)]);
  for (const blocked of [svg, ppm, Buffer.from('%PDF-1.4\n')]) {
    await expect(sharp(blocked).metadata()).rejects.toThrow();
  }
});
