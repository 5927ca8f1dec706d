/** Property tests draw the same cases in every run, so that a change alone can turn them red; `NUCLEUS_SOAK` draws new ones. */
import fc from 'fast-check';

if (process.env.NUCLEUS_SOAK === undefined) fc.configureGlobal({ seed: 20_261_101 });
