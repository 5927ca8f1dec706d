/**
 * Promise (design): the first tiles of a viewer over 200,000 files and over 1 M in 1.5 s; a jump far down and the folders of the tree no
 * slower.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from './chromium.mjs';
import { median, report } from './measure.mjs';
import { workFolder } from './pictures.mjs';
import { makePictures, startProxyProcess } from './proxy-process.mjs';

const rounds = 3;
const pictures = 60;
const home = join(workFolder, 'viewer');
const folder = join(home, 'files');

/** The viewer over many files: its first pictures, a jump far down, and a folder of the tree, in a Chromium that has nothing of it yet. */
async function viewerOver(rows, name) {
  const browser = await launchChromium();
  if (!browser) {
    process.stderr.write(`viewer-*-${name} was NOT measured: there is no Chromium.\n`);
    return;
  }
  const server = await startProxyProcess(folder, join(home, `data-${name}`), rows);
  const seconds = { first: [], jump: [], folders: [] };
  try {
    for (const code of server.codes.slice(0, rounds)) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      let from = performance.now();
      const took = (of) => {
        of.push((performance.now() - from) / 1000);
        from = performance.now();
      };
      await page.goto(`http://127.0.0.1:${server.port}/viewer/#code=${code}`);
      await page.locator('.tile[role=option]:not(.wait)').nth(10).waitFor();
      took(seconds.first);
      await page.locator('.tree-node[aria-level="2"]').nth(10).waitFor();
      took(seconds.folders);
      const place = await page.locator('.grid').evaluate((grid) => {
        grid.scrollTop = grid.scrollHeight * 0.8;
        return new Promise((resolve) => {
          const look = () => {
            const [tile] = [...grid.querySelectorAll('.tile[role=option]:not(.wait)')].slice(10);
            const at = Number(tile?.getAttribute('aria-posinset') ?? 0);
            if (at > 100_000) resolve(at);
            else requestAnimationFrame(look);
          };
          look();
        });
      });
      took(seconds.jump);
      if (place < rows * 0.7) throw new Error(`the jump ended at ${place}`);
      await context.close();
    }
    const told = {
      first: 'from the address to the first tiles drawn, cold browser',
      folders: 'from then to the folders of the tree with their counts',
      jump: 'from scrolling to four fifths of the height to the tiles of that place',
    };
    for (const [what, times] of Object.entries(seconds)) {
      const about = `${told[what]}, ${rows + pictures} files`;
      report({
        name: `viewer-${what === 'first' ? 'first-tiles' : what}-${name}`,
        unit: 's',
        ours: median(times),
        atMost: 1.5,
        about,
      });
    }
  } finally {
    await server.stop();
    await browser.close();
  }
}

rmSync(home, { recursive: true, force: true });
await makePictures(join(folder, 'a'), pictures);
await viewerOver(200_000, '200k');
await viewerOver(1_000_000, '1m');
rmSync(home, { recursive: true, force: true });
