import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Rgb } from './paint-mask.ts';

/** The tokens that a canvas draws with, as the theme has them now. */
export interface Palette {
  /** Of classes, by number less one. */
  series: readonly string[];
  rgb: readonly Rgb[];
  ground: string;
  text: string;
}

const seriesLength = 8;

/** Reads the tokens through an element, and again when the theme changes; undefined before the first look. */
export function usePalette(element: RefObject<HTMLElement | null>): Palette | undefined {
  const [palette, setPalette] = useState<Palette>();
  useLayoutEffect(() => {
    const read = (): void => {
      if (element.current !== null) setPalette(paletteOf(element.current));
    };
    read();
    const themed = new MutationObserver(read);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => {
      themed.disconnect();
      system.removeEventListener('change', read);
    };
  }, [element]);
  return palette;
}

function paletteOf(element: HTMLElement): Palette {
  // a token may be `light-dark(…)`, which only a property that holds a colour resolves
  const resolved = (token: string): string => {
    element.style.color = `var(${token})`;
    return getComputedStyle(element).color;
  };
  const series = Array.from({ length: seriesLength }, (_, at) => resolved(`--d${at + 1}`));
  const palette = { series, rgb: series.map(rgbOf), ground: resolved('--bg-1'), text: resolved('--fg-1') };
  element.style.color = '';
  return palette;
}

/** Of `rgb(1, 2, 3)`, as browsers spell a computed colour. */
function rgbOf(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
