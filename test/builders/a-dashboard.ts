/** A real cloud with the built dashboard, a dataset with items appended over the API, and a browser that is signed in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { CloudConfig } from '../../cloud-api/src/config.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import type { TestDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

export interface ADashboard {
  cloud: ACloud;
  datasetId: string;
  /** Signs in and opens a path of the dashboard. */
  open: (path: string, options?: OpenOptions) => Promise<Page>;
  close: () => Promise<void>;
}

interface OpenOptions {
  width?: number;
  height?: number;
  theme?: 'dark' | 'light';
  /** Nothing moves or fades: what is looked at is looked at as it stays. */
  isStill?: boolean;
  /** Opens the path without signing in. */
  isStranger?: boolean;
}

export interface Item {
  reference_id: string;
  width: number;
  height: number;
  /** 64 characters of 0 and 1. */
  phash?: string;
  metadata: Record<string, string | number | boolean>;
}

/** The cloud's own SQLite file. */
const aFile: TestDatabase = { url: undefined, drop: async () => undefined };
const pages = join(import.meta.dirname, '../../cloud-api/dist/web');

/** @param browser stays the caller's */
export async function aDashboard(
  browser: Browser,
  items: readonly Item[],
  {
    fetchAllow = [],
    config = {},
    database = aFile,
  }: { fetchAllow?: string[]; config?: Partial<CloudConfig>; database?: TestDatabase } = {},
): Promise<ADashboard> {
  if (!existsSync(join(pages, 'index.html'))) throw new Error('The dashboard is not built: npm run build');
  const cloud = await aCloud({ database, pages, fetchAllow, config });
  const call = (path: string, body: unknown) => send(`${cloud.url}${path}`, { key: cloud.adminKey, body });
  const datasetId = (await call('/v1/nucleus/dataset/create', { name: 'yard', use_privacy_mode: true })).body
    .dataset_id as string;
  const appended = await call(`/v1/nucleus/dataset/${datasetId}/append`, {
    items: items.map((item) => ({ ...item, image_url: 'https://pictures.example/a.jpg' })),
  });
  if (appended.body.new_items !== items.length) throw new Error(`not all items were taken: ${appended.text}`);
  const contexts: BrowserContext[] = [];
  return {
    cloud,
    datasetId,
    open: async (path, { width = 1440, height = 900, theme = 'dark', isStill = false, isStranger = false } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: isStill ? 'reduce' : 'no-preference',
      });
      contexts.push(context);
      const page = await context.newPage();
      if (!isStranger) {
        await page.goto(await cloud.running.createSignInLink());
        await page.waitForURL(`${cloud.url}/`);
      }
      await page.goto(cloud.url + path);
      return page;
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await cloud.close();
    },
  };
}

const makes = ['canon', 'sony', 'dji', 'nikon'] as const;
const models = ['eos r5', 'ilce-7rm4', 'zenmuse p1', 'd850', 'flir t1020', 'other'] as const;

/** Items of a made-up yard: item i is a function of i, so that a test can count by itself. */
export function yardItems(length: number): Item[] {
  return Array.from({ length }, (_, i) => ({
    reference_id: `block-${String(i % 7).padStart(2, '0')}/T${String(i).padStart(4, '0')}.jpg`,
    width: i % 3 === 0 ? 300 : 400,
    height: i % 3 === 0 ? 400 : 300,
    metadata: {
      format: i % 10 === 0 ? 'png' : 'jpeg',
      camera_make: makes[i % makes.length] ?? 'canon',
      camera_model: models[(i * i) % models.length] ?? 'other',
      status: 'ok',
      sharpness: Math.round(8 + 7 * Math.sin(i * 1.7)),
      brightness: (i * 7) % 16,
      capture_local: `2026-0${1 + (i % 9)}-1${i % 10}T12:00:00`,
      ...(i % 5 === 0 ? {} : { iso: [100, 200, 400, 800, 1600, 3200][i % 6] ?? 100 }),
    },
  }));
}
