/** `/openapi.json`, and `/docs`, a page over it that needs no internet: every file comes from this server and none is inline. */
import { fileURLToPath } from 'node:url';
import { cloudEndpoints } from '@nucleus/shared/wire/endpoints';
import express, { type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { createDocument } from '../openapi/create-document.ts';
import { apiPolicy } from './page-policy.ts';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Nucleus cloud API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<main id="docs"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

const css = `body { margin: 0; }
.swagger-ui .info { margin: 24px 0; }
`;

/** Swagger UI sets styles and shows icons from its own style sheet; nothing may come from elsewhere and nothing inline may run. */
const policy = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
});

/** Open to everybody: the document says what the product's source says, and nothing of any tenant. */
export function documentationPages(): Router {
  const router = express.Router();
  let document: string | undefined;
  router.get('/openapi.json', apiPolicy, (_request: Request, response: Response) => {
    document ??= JSON.stringify(createDocument(cloudEndpoints));
    response.set('Cache-Control', 'no-cache').type('application/json').send(document);
  });
  router.use('/docs', policy);
  const text = (path: string, type: string, body: string) =>
    router.get(path, (_request: Request, response: Response) => {
      response.set('Cache-Control', 'no-cache').type(type).send(body);
    });
  text('/docs', 'html', page);
  text('/docs/start.js', 'text/javascript', start);
  text('/docs/page.css', 'css', css);
  const shipped = {
    'swagger-ui.css': import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
    'swagger-ui-bundle.js': import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  };
  for (const [name, address] of Object.entries(shipped)) {
    const file = fileURLToPath(address);
    router.get(`/docs/${name}`, (_request: Request, response: Response) => {
      response.set('Cache-Control', 'public, max-age=3600').sendFile(file, { dotfiles: 'allow' });
    });
  }
  return router;
}
