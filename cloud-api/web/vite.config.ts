import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The dashboard. Everything is a hashed file of its own: the content security policy allows no inline script or style. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: 'es2022',
    // The schemas' library and the line that keeps it from making functions of text are one chunk: no schema is made before that line ran.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'schemas', test: /node_modules\/zod\/|without-eval/ }] } },
    },
  },
});
