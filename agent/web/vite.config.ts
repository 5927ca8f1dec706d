import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/viewer/',
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@nucleus\/shared\/ui\/(.*)$/, replacement: `${here('../../shared/ui')}/$1` },
      { find: /^@nucleus\/shared\/(?!ui\/)(.*)$/, replacement: `${here('../../shared/src')}/$1` },
    ],
  },
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    // An inlined asset is a data: address, which the content security policy refuses.
    assetsInlineLimit: 0,
    // Its polyfill would be an inline script.
    modulePreload: { polyfill: false },
    rollupOptions: { input: { viewer: here('index.html'), connect: here('connect.html') } },
  },
});
