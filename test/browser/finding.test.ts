/** Finding items in the dashboard: a real Chromium, a real cloud, items appended over the API. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, type Item, yardItems } from '../builders/a-dashboard.ts';
import { eventually } from '../builders/eventually.ts';

const items = yardItems(900);
const shortly = 15_000;

describeWithChromium('finding in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  beforeAll(async () => {
    browser = await aChromium();
    dashboard = await aDashboard(browser, items);
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
  });

  const open = (search = '', options: Parameters<ADashboard['open']>[1] = {}): Promise<Page> =>
    dashboard.open(`/d/${dashboard.datasetId}${search}`, options);
  const where = (meets: (metadata: Record<string, unknown>) => boolean): Item[] =>
    items.filter((item) => meets(item.metadata));
  const bar = (page: Page) => page.getByRole('combobox', { name: 'Query' });
  /** Waits until the bar holds a text: the ways to go on may come after the key that takes one. */
  const types = (page: Page, text: string): Promise<void> =>
    expect.poll(() => bar(page).inputValue(), { message: 'what the bar holds' }).toBe(text);
  const queryOf = (page: Page): string => new URL(page.url()).searchParams.get('q') ?? '';

  /** Waits until the bar counts `count` items and the grid's first tile is one of `first`. */
  async function shows(page: Page, query: string, found: readonly Item[], first = found[0]): Promise<void> {
    const want = { query, count: found.length.toLocaleString('en'), first: first?.reference_id };
    let seen: unknown;
    await eventually(`${JSON.stringify(want)}; the page shows other things`, shortly, async () => {
      const count = await page
        .locator('.find-count b')
        .textContent({ timeout: 1000 })
        .catch(() => null);
      const label = await page
        .locator('#tile-0')
        .getAttribute('aria-label', { timeout: 1000 })
        .catch(() => null);
      seen = { query: queryOf(page), count, first: label?.split(',')[0] };
      return JSON.stringify(seen) === JSON.stringify(want) ? true : undefined;
    }).catch(() => undefined);
    expect(seen).toEqual(want);
  }

  test('a query is typed with completion, run, and shown as a chip with count and time', async () => {
    const page = await open();
    await shows(page, '', items);
    await page.keyboard.press('/');
    await page.keyboard.type('camera_ma');
    await page.getByRole('option', { name: 'camera_make 4 values' }).waitFor();
    await page.keyboard.press('Tab');
    await types(page, 'camera_make ');
    await page.keyboard.type('= so');
    await page.getByRole('option', { name: 'sony 225 items' }).waitFor();
    await page.keyboard.press('Tab');
    await types(page, 'camera_make = sony ');
    await page.keyboard.press('Enter');
    await shows(
      page,
      'camera_make = sony',
      where((item) => item.camera_make === 'sony'),
    );
    expect(await page.locator('.find-count').textContent()).toMatch(/^225 items in \d+ ms$/);
    expect(await page.locator('.chip-body').allTextContents()).toEqual(['camera_make = sony']);
    await page.keyboard.press('Control+.');
    expect(await bar(page).inputValue()).toBe('camera_make = sony');
    await page.keyboard.press('Control+.');
    expect(await page.locator('.chip-body').count()).toBe(1);
    await page.getByRole('button', { name: 'Remove camera_make = sony' }).click();
    await shows(page, '', items);
  });

  test('recent queries are offered and run', async () => {
    const page = await open('?q=iso+%3E+400');
    await bar(page).click();
    await page.keyboard.type('format = png');
    await page.keyboard.press('Enter');
    const both = 'iso > 400 AND format = png';
    const wanted = where((item) => Number(item.iso ?? 0) > 400 && item.format === 'png');
    await shows(page, both, wanted);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await shows(page, '', items);
    await bar(page).click();
    await page.getByRole('option', { name: both }).click();
    await shows(page, both, wanted);
  });

  test('an error is underlined where it is, told as an alert, and mended by a click', async () => {
    const page = await open();
    await shows(page, '', items);
    await bar(page).fill('iso > 100 AND sharpnes < 3');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toBe('There is no field "sharpnes". Did you mean sharpness?');
    const marked = page.locator('.query-mirror u');
    expect(await marked.textContent()).toBe('sharpnes');
    const [mark, input] = [await marked.boundingBox(), await bar(page).boundingBox()];
    const charPx = (mark?.width ?? 0) / 'sharpnes'.length;
    expect((mark?.x ?? 0) - (input?.x ?? 0)).toBeCloseTo(charPx * 'iso > 100 AND '.length, -0.5);
    // the last good result stays
    expect(await page.locator('#tile-0').count()).toBe(1);
    await page.getByRole('button', { name: 'sharpness', exact: true }).first().click();
    const wanted = where((item) => Number(item.iso ?? 0) > 100 && Number(item.sharpness) < 3);
    await shows(page, 'iso > 100 AND sharpness < 3', wanted);
    // a text that is no query is told before it is sent, and the address keeps what runs
    await bar(page).fill('iso >');
    await page.keyboard.press('Enter');
    await page.getByText('Expected a value, not the end.').waitFor();
    expect(queryOf(page)).toBe('iso > 100 AND sharpness < 3');
  });

  test('facets take values in and leave them out, and count without their own condition', async () => {
    const page = await open();
    const make = page.getByRole('region', { name: 'camera make' });
    await make.getByRole('button', { name: /^canon/ }).click();
    await shows(
      page,
      'camera_make = canon',
      where((item) => item.camera_make === 'canon'),
    );
    expect(await make.getByRole('button', { name: /^sony/ }).getAttribute('aria-label')).toBe('sony, 225');
    await make.getByRole('button', { name: /^sony/ }).click();
    const two = where((item) => item.camera_make === 'canon' || item.camera_make === 'sony');
    await shows(page, 'camera_make IN (canon, sony)', two);
    const format = page.getByRole('region', { name: 'format' });
    await format.getByRole('button', { name: /^png/ }).focus();
    await page.keyboard.press('Alt+Space');
    const query = 'camera_make IN (canon, sony) AND format != png';
    const found = two.filter((item) => item.metadata.format !== 'png');
    await shows(page, query, found);
    await page
      .getByRole('region', { name: 'iso' })
      .getByRole('button', { name: /^missing/ })
      .click();
    const lacking = found.filter((item) => item.metadata.iso === undefined);
    await shows(page, `${query} AND iso IS MISSING`, lacking);
    await format.getByRole('button', { name: /^png/ }).click({ modifiers: ['Alt'] });
    await make.getByRole('button', { name: 'Clear camera make' }).click();
    await shows(
      page,
      'iso IS MISSING',
      where((item) => item.iso === undefined),
    );
  });

  test('a histogram is brushed by keyboard and by pointer', async () => {
    const page = await open();
    const sharpness = page.getByRole('region', { name: 'sharpness' });
    const low = sharpness.getByRole('slider', { name: 'sharpness, at least' });
    await low.focus();
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
    expect(await low.getAttribute('aria-valuenow')).toBe('5');
    await shows(
      page,
      'sharpness >= 5',
      where((item) => Number(item.sharpness) >= 5),
    );
    const high = sharpness.getByRole('slider', { name: 'sharpness, at most' });
    await high.focus();
    await page.keyboard.press('Shift+ArrowLeft');
    const between = where((item) => Number(item.sharpness) >= 5 && Number(item.sharpness) <= 10);
    await shows(page, 'sharpness >= 5 AND sharpness <= 10', between);
    const box = await sharpness.locator('.hist-box').boundingBox();
    if (box === null) throw new Error('the histogram has no box');
    const at = (bin: number): number => box.x + ((bin + 0.5) / 15) * box.width;
    await page.mouse.move(at(1), box.y + 20);
    await page.mouse.down();
    await page.mouse.move(at(3), box.y + 20, { steps: 4 });
    await page.mouse.up();
    const brushed = where((item) => Number(item.sharpness) >= 2 && Number(item.sharpness) <= 4);
    await shows(page, 'sharpness >= 2 AND sharpness <= 4', brushed);
  });

  test('order, query and open item stand in the address: back, forward and a shared link restore them', async () => {
    const page = await open();
    await shows(page, '', items);
    await page.getByLabel('Sort by').selectOption('reference_id');
    const named = items.toSorted((a, b) => (a.reference_id < b.reference_id ? -1 : 1));
    await shows(page, '', named);
    await page.getByRole('button', { name: 'Ascending, turn around' }).click();
    await shows(page, '', named.toReversed());
    await page.getByRole('region', { name: 'format' }).getByRole('button', { name: /^png/ }).click();
    const png = named.toReversed().filter((item) => item.metadata.format === 'png');
    await shows(page, 'format = png', png);
    await page.locator('#tile-2').click();
    const item = png[2]?.reference_id ?? '';
    await page.getByText('3 of 90').waitFor();
    const shared = new URL(page.url());
    expect(decodeURIComponent(shared.pathname)).toBe(`/d/${dashboard.datasetId}/i/${item}`);
    expect(shared.search).toBe('?q=format+%3D+png&sort=-reference_id');
    await page.goBack();
    await shows(page, 'format = png', png);
    await page.goBack();
    await shows(page, '', named.toReversed());
    await page.goBack();
    await shows(page, '', named);
    await page.goForward();
    await shows(page, '', named.toReversed());
    // somebody else opens the link: the address holds a dot and a slash, and the item is found in the result
    const other = await dashboard.open(shared.pathname + shared.search);
    await other.getByText('3 of 90').waitFor();
    const far = png[80]?.reference_id ?? '';
    await other.goto(`${dashboard.cloud.url}/d/${dashboard.datasetId}/i/${far}${shared.search}`);
    await other.getByText('81 of 90').waitFor();
    await other.locator('#tile-80').waitFor();
    expect(await other.locator('#tile-80').getAttribute('aria-label')).toContain(far);
  });

  test('an address with a text that is no query, or an order by no field, says so and goes on', async () => {
    for (const [search, sentence] of [
      ['?q=iso+%3E', 'Expected a value, not the end.'],
      ['?sort=isoo', 'There is no field "isoo". Did you mean iso?'],
    ]) {
      const page = await open(search);
      await page
        .getByRole('alert')
        .getByText(sentence ?? '')
        .waitFor();
      await page.getByRole('button', { name: 'Show all items' }).click();
      await shows(page, '', items);
    }
  });

  test('an empty result offers to remove the last filter', async () => {
    const page = await open('?q=iso+%3E+400+AND+camera_make+%3D+leica');
    await page.getByText('No item meets this query').waitFor();
    await page.getByRole('button', { name: 'Remove the last filter' }).click();
    await shows(
      page,
      'iso > 400',
      where((item) => Number(item.iso ?? 0) > 400),
    );
  });

  test('a late answer does not take the place of a newer one', async () => {
    const page = await open();
    await shows(page, '', items);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    await page.route('**/tiles', async (route) => {
      if (!isHeld && route.request().postData()?.includes('canon')) {
        isHeld = true;
        await held;
      }
      await route.continue().catch(() => undefined);
    });
    const givenUp: string[] = [];
    page.on('requestfailed', (request) => givenUp.push(`${request.postData()} ${request.failure()?.errorText}`));
    const make = page.getByRole('region', { name: 'camera make' });
    await make.getByRole('button', { name: /^canon/ }).click();
    await eventually('the first request', shortly, () => isHeld || undefined);
    await bar(page).fill('');
    await page.keyboard.press('Backspace');
    await bar(page).fill('camera_make = dji');
    await page.keyboard.press('Enter');
    const dji = where((item) => item.camera_make === 'dji');
    await shows(page, 'camera_make = dji', dji);
    release();
    await page.waitForLoadState('networkidle');
    await shows(page, 'camera_make = dji', dji);
    const tiles = givenUp.filter((request) => request.includes('"offset"'));
    expect(tiles.join()).toMatch(/canon.*ERR_ABORTED/);
  });

  test('narrow screens open the filters as a sheet', async () => {
    const page = await open('', { width: 400, height: 800 });
    await shows(page, '', items);
    expect(await page.getByRole('region', { name: 'format' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^png/ }).click();
    await page.keyboard.press('Escape');
    await shows(
      page,
      'format = png',
      where((item) => item.format === 'png'),
    );
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBe(0);
  });
});
