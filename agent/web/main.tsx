import '@nucleus/shared/ui/client/without-eval.ts';
import './styles.ts';
import { setTheme, storedTheme } from '@nucleus/shared/ui/theme/theme.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { queries } from './session/queries.ts';

setTheme(storedTheme());

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
