import '@nucleus/shared/ui/client/without-eval.ts';
import '../styles.ts';
import { setTheme, storedTheme } from '@nucleus/shared/ui/theme/theme.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectPage } from './connect-page.tsx';
import { readAsk } from './read-ask.ts';

setTheme(storedTheme());

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <ConnectPage ask={readAsk(location.search, location.origin)} />
  </StrictMode>,
);
