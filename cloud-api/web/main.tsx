import '@nucleus/shared/ui/client/without-eval.ts';
import '@nucleus/shared/ui/styles/tokens.css';
import '@nucleus/shared/ui/styles/base.css';
import '@nucleus/shared/ui/styles/layout.css';
import '@nucleus/shared/ui/styles/controls.css';
import '@nucleus/shared/ui/styles/inputs.css';
import '@nucleus/shared/ui/styles/surfaces.css';
import '@nucleus/shared/ui/styles/notices.css';
import '@nucleus/shared/ui/styles/tiles.css';
import '@nucleus/shared/ui/styles/thumbs.css';
import '@nucleus/shared/ui/styles/list.css';
import '@nucleus/shared/ui/styles/zoom.css';
import '@nucleus/shared/ui/styles/query.css';
import './find.css';
import './facets.css';
import './decide.css';
import './uploads.css';
import './map.css';
import './pages.css';
import { setTheme, storedTheme } from '@nucleus/shared/ui/theme/theme.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { queries } from './cloud/queries.ts';

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
