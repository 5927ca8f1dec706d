/** What is measured inside the page, by its own clock and frames. */

const pageTimeoutMs = 120_000;

/** Notes when the first tiles stand in the grid, from the start of every navigation. Call it before the page is opened. */
export function watchFirstTiles(page) {
  return page.addInitScript(() => {
    const look = () => {
      if (document.querySelector('.tile canvas, .tile.none') === null) requestAnimationFrame(look);
      else globalThis.firstTilesMs = performance.now();
    };
    requestAnimationFrame(look);
  });
}

/** Milliseconds from the start of the navigation to the first tiles. */
export async function untilFirstTiles(page) {
  const found = await page.waitForFunction(() => globalThis.firstTilesMs, undefined, { timeout: pageTimeoutMs });
  return found.jsonValue();
}

/** Times between frames of a page that is left alone, ms. */
export function framesAtRest(page, ms) {
  return page.evaluate(
    (spanMs) =>
      new Promise((resolve) => {
        const frames = [];
        const end = performance.now() + spanMs;
        let last = performance.now();
        const frame = (now) => {
          frames.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(frame);
          else resolve(frames.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
}

/** Jumps to random places of the grid twice a second, with a little scrolling after each. @returns times between frames, ms */
export function framesOfJumps(page, ms) {
  return page.evaluate(
    (spanMs) =>
      new Promise((resolve) => {
        const grid = document.querySelector('.grid');
        const frames = [];
        const began = performance.now();
        let [last, next, jumps] = [began, began, 0];
        // mulberry32, so that every run jumps alike
        let seed = 20_261_124;
        const random = () => {
          seed = (seed + 0x6d2b79f5) >>> 0;
          let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
          mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
          return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
        };
        const frame = (now) => {
          frames.push(now - last);
          last = now;
          if (now >= next) {
            grid.scrollTop = random() * (grid.scrollHeight - grid.clientHeight);
            jumps += 1;
            next = now + 500;
          } else grid.scrollTop += 24;
          if (now - began < spanMs) requestAnimationFrame(frame);
          else resolve({ frames: frames.slice(1, 20_000), jumps });
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
}

/** Chooses a value of a facet, alone. @returns milliseconds from the click to tiles of the new result */
export async function facetToGrid(page, make) {
  await page
    .getByRole('region', { name: 'camera make' })
    .getByRole('button', { name: new RegExp(`^${make}`) })
    .waitFor({ timeout: pageTimeoutMs });
  const tookMs = await page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const region = document.querySelector('section[aria-label="camera make"]');
        const button = [...region.querySelectorAll('button.fb')].find((each) =>
          each.getAttribute('aria-label').startsWith(`${name},`),
        );
        const before = document.querySelector('#tile-0');
        const started = performance.now();
        button.click();
        const look = () => {
          const first = document.querySelector('#tile-0');
          const isNew = first !== null && first !== before && first.querySelector('canvas') !== null;
          if (isNew && document.querySelector('.find-count.stale') === null) resolve(performance.now() - started);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    make,
  );
  await page.getByRole('button', { name: 'Clear camera make' }).click();
  await page.locator('.find-count:not(.stale)').waitFor({ timeout: pageTimeoutMs });
  await page.locator('#tile-0 canvas').waitFor({ timeout: pageTimeoutMs });
  return tookMs;
}
