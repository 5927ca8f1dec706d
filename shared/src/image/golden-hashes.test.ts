import { expect, test } from 'vitest';
import { perceptualHash } from './perceptual-hash.ts';

/**
 * Hashes that must never change: what is stored is compared with what is made tomorrow. They come from another implementation, written for
 * this in Python over the arithmetic of Pillow's Lanczos and scipy's DCT, as ImageHash puts them together.
 */
const pictures: Record<string, (x: number, y: number) => number> = {
  texture: (x, y) => (x * 73 + y * 151 + x * y * 7) % 256,
  rings: (x, y) => Math.floor(((x - 40) ** 2 + (y - 25) ** 2) / 23) % 256,
  weave: (x, y) => ((x >> 3) * 37 + (y >> 2) * 91 + ((x * y) >> 5) * 13) % 256,
  hills: (x, y) => (Math.floor((x * x) / 17) + Math.floor((y * y) / 11) + Math.floor((x * y) / 29)) % 256,
};

test.each([
  { name: 'texture', width: 32, height: 32, hash: 'f3c873ce89a48b38' },
  { name: 'texture', width: 97, height: 61, hash: 'ca5ed099263ef1d0' },
  { name: 'rings', width: 64, height: 64, hash: 'ff05b14afa03f205' },
  { name: 'rings', width: 640, height: 427, hash: '81030303071fffff' },
  { name: 'weave', width: 128, height: 96, hash: '9646463646c79757' },
  { name: 'weave', width: 33, height: 300, hash: 'b64b275b3312371a' },
  { name: 'hills', width: 251, height: 187, hash: '81010307071fffff' },
  { name: 'hills', width: 20, height: 14, hash: 'ab75a05a874cda78' },
])('$name of $width by $height hashes to $hash', ({ name, width, height, hash }) => {
  const at = pictures[name] as (x: number, y: number) => number;
  const grey = Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
  const bits = perceptualHash(grey, width, height);
  expect(BigInt(`0b${bits}`).toString(16).padStart(16, '0')).toBe(hash);
});
